/**
 * The part of `check` about platforms besides Linux: a config that names one must not ask for what
 * it lacks, by the table in `schemas/platform_features.ts`.
 */
import type { CheckedConfig, CheckedFd } from '../schemas/config.ts';
import { featureOf, type OtherPlatform } from '../schemas/platform_features.ts';
import type { FeatureName } from '../schemas/windows_features.ts';
import { entriesByName } from './case.ts';
import { instanceCount, spreadOf } from './lower_groups.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

/** Where a config asks for a row of the table. */
interface Wish {
  feature: FeatureName;
  path: ConfigPath;
}

/** An address that is not one: an abstract name, or a descriptor that is open at start. */
function addressWishes(at: ConfigPath, address: string | undefined): Wish[] {
  if (address?.startsWith('@') === true) return [{ feature: 'abstractName', path: at }];
  return address?.startsWith('fd:') === true ? [{ feature: 'adopted', path: at }] : [];
}

/** What kinds of fds are themselves rows of the table. */
const rowOfKind: Readonly<Partial<Record<CheckedFd['kind'], FeatureName>>> = {
  eventfd: 'eventfd',
  signal: 'signal',
  unix: 'unix',
  unixServer: 'unix',
  udp: 'datagrams',
  unixDatagram: 'unixDatagrams',
  pipe: 'pipe',
  file: 'file',
};

/** What one fd asks for. */
function fdWishes(name: string, fd: CheckedFd, config: CheckedConfig): Wish[] {
  const at = ['fds', name];
  const wishes: Wish[] = [];
  const wish = (feature: FeatureName, key: string, isAsked: boolean) => {
    if (isAsked) wishes.push({ feature, path: [...at, key] });
  };
  const own = rowOfKind[fd.kind];
  if (own !== undefined) wishes.push({ feature: own, path: at });
  wish('power', 'signals', fd.kind === 'signal' && fd.signals.includes('SIGPWR'));
  for (const key of ['address', 'connect'] as const) {
    const address = (fd as Partial<Record<typeof key, string>>)[key];
    if (fd.kind !== 'pipe') wishes.push(...addressWishes([...at, key], address));
  }
  if (fd.kind === 'unix' || fd.kind === 'unixServer') {
    wish('seqpacket', 'type', fd.type === 'seqpacket');
    wish('passing', 'descriptors', fd.descriptors !== undefined);
  }
  if ('busyPoll' in fd) wish('busyPoll', 'busyPoll', fd.busyPoll !== undefined);
  if (fd.kind === 'tcp' || fd.kind === 'tcpServer') {
    wish('quickAcknowledge', 'quickAcknowledge', fd.quickAcknowledge);
    wish('userTimeout', 'userTimeout', fd.userTimeout !== undefined);
  }
  if (fd.kind === 'udp' || fd.kind === 'unixDatagram') {
    wish('timestamps', 'timestamps', fd.timestamps !== 'none');
  }
  if (fd.kind === 'udp') {
    wish('destination', 'destination', fd.destination);
    wish('device', 'device', fd.device !== undefined);
    wish('sockets', 'sockets', fd.sockets > 1);
  }
  wish('direct', 'direct', fd.kind === 'file' && fd.direct);
  const reactor = config.reactors[fd.on];
  const isGroup = reactor !== undefined && instanceCount(reactor) > 1;
  if (isGroup && spreadOf(fd, reactor) === 'reuseport') {
    wishes.push({ feature: 'reuseport', path: at });
  }
  if (isGroup && fd.kind === 'unixServer') wishes.push({ feature: 'dealtUnix', path: at });
  return wishes;
}

/** Everything that a config asks for of the table. */
function wishesOf(config: CheckedConfig): Wish[] {
  const fds = entriesByName(config.fds).flatMap(([name, fd]) => fdWishes(name, fd, config));
  const channels = entriesByName(config.channels).flatMap(([name, { to }]): Wish[] =>
    typeof to === 'string' ? [] : [{ feature: 'sharedMemory', path: ['channels', name, 'to'] }],
  );
  return [...fds, ...channels];
}

/** Checks that each platform that the config names has what it asks for. */
export function checkPlatforms(config: CheckedConfig): Diagnostic[] {
  const named = (['darwin', 'freebsd', 'win32'] satisfies OtherPlatform[]).filter(
    (platform) => config.backends[platform] !== undefined,
  );
  if (named.length === 0) return [];
  return wishesOf(config).flatMap(({ feature, path }) => {
    const row = featureOf(feature);
    return named.flatMap((platform) => {
      const cell = row[platform];
      if ('how' in cell) return [];
      const where = showPath(path);
      const { asks, instead } = row;
      const holes = { where, asks, platform, reason: cell.lacks, instead };
      return [diagnostic('LOOM1806', holes, { path })];
    });
  });
}
