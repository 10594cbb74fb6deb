/**
 * The part of `check` about reactors with several instances: what they can have, how their servers
 * spread connections, and which cores they run on.
 */
import type { CheckedConfig, CheckedFd, CheckedReactor } from '../schemas/config.ts';
import { javascript } from './lower_channels.ts';
import { isAdopted } from './address.ts';
import { byName } from './case.ts';
import { elasticOf, instanceCount, spreadOf } from './lower_groups.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

type CheckedChannel = CheckedConfig['channels'][string];
type Server = Extract<CheckedFd, { kind: 'tcpServer' | 'unixServer' }>;

const isServer = (fd: CheckedFd): fd is Server =>
  fd.kind === 'tcpServer' || fd.kind === 'unixServer';

/** What an fd of a group must be: a server or a timer, with a handler. */
function checkMember(name: string, fd: CheckedFd, count: number): Diagnostic[] {
  const path = ['fds', name];
  const holes = { where: showPath(path), reactor: fd.on, count };
  const second = { message: `'${fd.on}'`, path: ['reactors', fd.on] };
  if (!isServer(fd) && fd.kind !== 'timer') {
    const kind = { ...holes, kind: fd.kind };
    return [diagnostic('LOOM1551', kind, { path, anchor: 'key', second })];
  }
  if (fd.handler !== undefined) return [];
  return [diagnostic('LOOM1552', holes, { path, anchor: 'key', second })];
}

/** Why a server cannot spread as it says, and what to write; undefined when it can. */
function spreadMistake(
  fd: Server,
  reactor: CheckedReactor,
): { reason: string; hint: string } | undefined {
  const spread = spreadOf(fd, reactor);
  if (instanceCount(reactor) === 1) {
    if (fd.spread === undefined) return undefined;
    const hint = `Give reactors.${fd.on} a \`count\`, or remove \`spread\`.`;
    return { reason: `reactors.${fd.on} has one instance`, hint };
  }
  const isElastic = elasticOf(reactor) !== undefined;
  if (spread !== 'reuseport') {
    if (fd.full === 'refuse') return undefined;
    const reason =
      "instance 0 accepts for all and does not hear of a free slot, as full: 'wait' asks";
    const other = fd.kind === 'tcpServer' && !isElastic ? ", or write spread: 'reuseport'" : '';
    return { reason, hint: `Remove \`full\`${other}.` };
  }
  if (fd.kind === 'unixServer') {
    const reason = 'unix sockets cannot share an address';
    return { reason, hint: "Write 'round-robin' or 'least-inflight'." };
  }
  if (isElastic) {
    const reason = 'an instance that ends would lose what waits at its listener';
    return { reason, hint: "Write spread: 'round-robin' or 'least-inflight'." };
  }
  if (!isAdopted(fd.address)) return undefined;
  const reason = `'${fd.address}' is one listener`;
  return { reason, hint: "Write spread: 'round-robin' or 'least-inflight'." };
}

function checkSpread(name: string, fd: Server, reactor: CheckedReactor): Diagnostic[] {
  const mistake = spreadMistake(fd, reactor);
  if (mistake === undefined) return [];
  const key = fd.spread !== undefined ? 'spread' : fd.full === 'wait' ? 'full' : 'address';
  const path = ['fds', name, key];
  const where = showPath(['fds', name]);
  return [diagnostic('LOOM1553', { where, ...mistake }, { path })];
}

/** Why the cores do not fit the instances, and where that is said. */
function coreMistake(reactor: CheckedReactor): [string, string] | undefined {
  const { core, cores } = reactor;
  const count = instanceCount(reactor);
  if (cores !== undefined && core !== 'any') return ['cores', 'come beside `core`'];
  if (cores !== undefined && cores.length !== count) {
    return [
      'cores',
      `are ${cores.length} for ${count === 1 ? 'one instance' : `${count} instances`}`,
    ];
  }
  if (count > 1 && core !== 'any') return ['core', `is one for ${count} instances`];
  return undefined;
}

/** A group that comes and goes has a minimum that is not above its maximum. */
function checkElastic(name: string, { count }: CheckedReactor): Diagnostic[] {
  if (typeof count === 'number' || count.minimum <= count.maximum) return [];
  const path = ['reactors', name, 'count', 'minimum'];
  const { minimum, maximum } = count;
  return [diagnostic('LOOM1555', { where: showPath(path), minimum, maximum }, { path })];
}

/** A channel of a group is one of each instance and JavaScript: both ends have one thread. */
function checkChannel(
  name: string,
  channel: CheckedChannel,
  reactorOf: (name: string) => CheckedReactor | undefined,
): Diagnostic[] {
  return (['from', 'to'] as const).flatMap((end) => {
    const reactor = channel[end];
    const declared = typeof reactor === 'object' ? undefined : reactorOf(reactor);
    if (typeof reactor === 'object' || declared === undefined) return [];
    if (instanceCount(declared) === 1) return [];
    const other = channel[end === 'from' ? 'to' : 'from'];
    const isElastic = elasticOf(declared) !== undefined;
    if (other === javascript && !isElastic) return [];
    const path: ConfigPath = ['channels', name];
    const reason = isElastic
      ? 'whose instances come and go'
      : `which has ${instanceCount(declared)} instances`;
    const second = { message: `'${reactor}'`, path: ['reactors', reactor] };
    const holes = { where: showPath(path), reactor, reason };
    return [diagnostic('LOOM1556', holes, { path: [...path, end], second })];
  });
}

/** Checks everything about `count`, `cores` and `spread`. */
export function checkGroups(config: CheckedConfig): Diagnostic[] {
  const found: Diagnostic[] = [];
  const reactorOf = (name: string): CheckedReactor | undefined =>
    Object.hasOwn(config.reactors, name) ? config.reactors[name] : undefined;
  const countOf = (name: string): number => {
    const reactor = reactorOf(name);
    return reactor === undefined ? 1 : instanceCount(reactor);
  };
  for (const [name, fd] of Object.entries(config.fds).sort(([a], [b]) => byName(a, b))) {
    const count = countOf(fd.on);
    if (count > 1) found.push(...checkMember(name, fd, count));
    const reactor = reactorOf(fd.on);
    if (isServer(fd) && reactor !== undefined) found.push(...checkSpread(name, fd, reactor));
  }
  for (const [name, channel] of Object.entries(config.channels)) {
    found.push(...checkChannel(name, channel, reactorOf));
  }
  for (const [name, reactor] of Object.entries(config.reactors)) {
    found.push(...checkElastic(name, reactor));
    const [key, reason] = coreMistake(reactor) ?? [];
    if (key === undefined || reason === undefined) continue;
    const path = ['reactors', name, key];
    found.push(diagnostic('LOOM1554', { where: showPath(path), reason }, { path }));
  }
  return found;
}
