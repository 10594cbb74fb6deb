/** The part of `check` about datagram fds: their addresses, their groups, their handlers. */
import { isIP } from 'node:net';
import type { CheckedConfig, CheckedDatagram } from '../schemas/config.ts';
import { showDuration } from '../schemas/leaf.ts';
import { limits } from '../schemas/limits.ts';
import { isAbstract, parseHostPort } from './address.ts';
import { entriesByName } from './case.ts';
import { checkHostPort, checkUnixAddress } from './check_addresses.ts';
import { isCheckedDatagram } from './fd_kinds.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

type Udp = Extract<CheckedDatagram, { kind: 'udp' }>;

/** Linux's IFNAMSIZ without the NUL. */
const interfaceNameCharacters = 15;
const interfaceName = /^[A-Za-z0-9_.:@-]+$/;
const groupExamples = { IPv4: '239.1.2.3', IPv6: 'ff15::123' } as const;
const peerExamples = { IPv4: '127.0.0.1:9000', IPv6: '[::1]:9000' } as const;

/** Whether an address in numbers is that of a multicast group; RFC 5771, RFC 4291. */
function isGroup(address: string): boolean {
  if (isIP(address) === 4) {
    const first = Number(address.split('.')[0]);
    return first >= 224 && first <= 239;
  }
  return isIP(address) === 6 && /^ff/i.test(address);
}

const familyOf = (address: string): 'IPv4' | 'IPv6' => (isIP(address) === 6 ? 'IPv6' : 'IPv4');

function checkInterface(path: ConfigPath, text: string | undefined, isName: boolean): Diagnostic[] {
  if (text === undefined || (!isName && isIP(text) !== 0)) return [];
  const reason =
    text === ''
      ? 'is empty'
      : !interfaceName.test(text)
        ? 'has a character that no name has'
        : text.length > interfaceNameCharacters
          ? `has ${text.length} characters`
          : undefined;
  if (reason === undefined) return [];
  // What has strange characters is not shown again: it may end in a terminal.
  const name = interfaceName.test(text) ? text : '';
  return [diagnostic('LOOM1534', { where: showPath(path), name, reason }, { path })];
}

/** Addresses that are wrong by themselves. */
function checkGroupAddress(path: ConfigPath, text: string, expected: string): Diagnostic[] {
  const wantsGroup = path.at(-1) === 'address';
  if (isIP(text) !== 0 && isGroup(text) === wantsGroup) return [];
  const address = /^[\w.:-]*$/.test(text) ? text : '…';
  return [diagnostic('LOOM1531', { where: showPath(path), address, expected }, { path })];
}

/** One mistake of the groups as a whole; of several, the first. */
function checkGroupSet(name: string, fd: Udp): Diagnostic[] {
  const path = ['fds', name, 'groups'];
  const where = showPath(path);
  if (fd.groups.length === 0) return [];
  const wrong = (reason: string, fix: string) => [
    diagnostic('LOOM1533', { where, reason, fix }, { path }),
  ];
  if (fd.groups.length > limits.groups) {
    const hint = 'Spread them over several fds.';
    const holes = {
      what: `Groups of fds.${name}`,
      count: fd.groups.length,
      limit: limits.groups,
      hint,
    };
    return [diagnostic('LOOM1601', holes, { path })];
  }
  if (fd.bind === undefined) {
    return wrong(
      'is given without `bind`',
      "Write the groups' port, such as bind: '0.0.0.0:26400'.",
    );
  }
  if (fd.sockets > 1) {
    return wrong('is given with several sockets', 'Leave `sockets` out, or use one fd a group.');
  }
  const keys = fd.groups.map((group) =>
    JSON.stringify([group.address, group.interface, group.source]),
  );
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  return twice < 0
    ? []
    : wrong(`names ${fd.groups[twice]?.address} twice`, 'Leave one of them out.');
}

function checkGroups(name: string, fd: Udp): Diagnostic[] {
  const found: Diagnostic[] = [...checkGroupSet(name, fd)];
  const bound = fd.bind === undefined ? undefined : parseHostPort(fd.bind);
  fd.groups.forEach((group, index) => {
    const path = ['fds', name, 'groups', index];
    found.push(
      ...checkGroupAddress([...path, 'address'], group.address, "a group, such as '239.1.2.3'"),
      ...checkInterface([...path, 'interface'], group.interface, false),
    );
    if (group.source !== undefined) {
      const expected = "one sender's address, such as '192.168.1.9'";
      found.push(...checkGroupAddress([...path, 'source'], group.source, expected));
      if (isIP(group.source) !== 0 && isIP(group.address) !== 0) {
        found.push(
          ...checkFamily([...path, 'source'], group.source, [...path, 'address'], group.address),
        );
      }
    }
    if (bound === undefined || 'reason' in bound || isIP(group.address) === 0) return;
    if (bound.family === 'name' || bound.family === familyOf(group.address)) return;
    found.push(
      ...checkFamily([...path, 'address'], group.address, ['fds', name, 'bind'], bound.host),
    );
  });
  return found;
}

/** A diagnostic when two addresses are of different families. */
function checkFamily(
  path: ConfigPath,
  address: string,
  at: ConfigPath,
  other: string,
): Diagnostic[] {
  const family = familyOf(other);
  if (familyOf(address) === family) return [];
  const holes = {
    where: showPath(path),
    address,
    family,
    other: showPath(at),
    otherAddress: other,
    example: (path.at(-1) === 'connect' ? peerExamples : groupExamples)[family],
  };
  return [diagnostic('LOOM1532', holes, { path, second: { message: other, path: at } })];
}

function checkUdp(name: string, fd: Udp): Diagnostic[] {
  const path = ['fds', name];
  const found: Diagnostic[] = [
    ...(fd.bind === undefined ? [] : checkHostPort([...path, 'bind'], fd.bind, true)),
    ...(fd.connect === undefined ? [] : checkHostPort([...path, 'connect'], fd.connect, false)),
    ...checkInterface([...path, 'multicast', 'interface'], fd.multicast.interface, false),
    ...checkInterface([...path, 'device'], fd.device, true),
    ...checkGroups(name, fd),
  ];
  if (fd.bind !== undefined && fd.connect !== undefined) {
    const [one, two] = [parseHostPort(fd.bind), parseHostPort(fd.connect)];
    const known = !('reason' in one) && !('reason' in two);
    if (known && one.family !== 'name' && two.family !== 'name') {
      found.push(...checkFamily([...path, 'connect'], two.host, [...path, 'bind'], one.host));
    }
  }
  if (fd.busyPoll !== undefined && fd.busyPoll % 1e3 !== 0) {
    const at = [...path, 'busyPoll'];
    const holes = { where: showPath(at), found: showDuration(fd.busyPoll), unit: 'microseconds' };
    found.push(diagnostic('LOOM1209', holes, { path: at }));
  }
  return found;
}

function checkUnixDatagram(
  name: string,
  fd: Exclude<CheckedDatagram, Udp>,
  value: unknown,
): Diagnostic[] {
  const path = ['fds', name];
  const written = (value as { fds: Record<string, object> }).fds[name] ?? {};
  const found: Diagnostic[] = [];
  if (fd.address !== '@') found.push(...checkUnixAddress([...path, 'address'], fd.address));
  if (fd.connect !== undefined) found.push(...checkUnixAddress([...path, 'connect'], fd.connect));
  if (isAbstract(fd.address) && 'mode' in written) {
    const at = [...path, 'mode'];
    found.push(diagnostic('LOOM1521', { where: showPath(at), address: fd.address }, { path: at }));
  }
  return found;
}

/** Checks every datagram fd. */
export function checkDatagrams(config: CheckedConfig, value: unknown): Diagnostic[] {
  return entriesByName(config.fds).flatMap(([name, fd]) => {
    if (!isCheckedDatagram(fd)) return [];
    const path = ['fds', name];
    const holes = { where: showPath(path) };
    return [
      ...(fd.handler === undefined ? [diagnostic('LOOM1530', holes, { path, anchor: 'key' })] : []),
      ...(fd.kind === 'udp' ? checkUdp(name, fd) : checkUnixDatagram(name, fd, value)),
    ];
  });
}
