/**
 * The part of `check` about reactors with several instances: what they can have, how their servers
 * spread connections, and which cores they run on.
 */
import type { CheckedConfig, CheckedFd, CheckedReactor } from '../schemas/config.ts';
import { isAdopted } from './address.ts';
import { byName } from './case.ts';
import { spreadOf } from './lower_groups.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

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
function spreadMistake(fd: Server, count: number): { reason: string; hint: string } | undefined {
  if (count === 1) {
    if (fd.spread === undefined) return undefined;
    const hint = `Give reactors.${fd.on} a \`count\`, or remove \`spread\`.`;
    return { reason: `reactors.${fd.on} has one instance`, hint };
  }
  if (spreadOf(fd) !== 'reuseport') {
    if (fd.full === 'refuse') return undefined;
    const reason =
      "instance 0 accepts for all and does not hear of a free slot, as full: 'wait' asks";
    const other = fd.kind === 'tcpServer' ? ", or write spread: 'reuseport'" : '';
    return { reason, hint: `Remove \`full\`${other}.` };
  }
  if (fd.kind === 'unixServer') {
    const reason = 'unix sockets cannot share an address';
    return { reason, hint: "Write 'round-robin' or 'least-inflight'." };
  }
  if (!isAdopted(fd.address)) return undefined;
  const reason = `'${fd.address}' is one listener`;
  return { reason, hint: "Write spread: 'round-robin' or 'least-inflight'." };
}

function checkSpread(name: string, fd: Server, count: number): Diagnostic[] {
  const mistake = spreadMistake(fd, count);
  if (mistake === undefined) return [];
  const key = fd.spread !== undefined ? 'spread' : fd.full === 'wait' ? 'full' : 'address';
  const path = ['fds', name, key];
  const where = showPath(['fds', name]);
  return [diagnostic('LOOM1553', { where, ...mistake }, { path })];
}

/** Why the cores do not fit the instances, and where that is said. */
function coreMistake({ count, core, cores }: CheckedReactor): [string, string] | undefined {
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

/** Checks everything about `count`, `cores` and `spread`. */
export function checkGroups(config: CheckedConfig): Diagnostic[] {
  const found: Diagnostic[] = [];
  const countOf = (reactor: string): number => config.reactors[reactor]?.count ?? 1;
  for (const [name, fd] of Object.entries(config.fds).sort(([a], [b]) => byName(a, b))) {
    const count = countOf(fd.on);
    if (count > 1) found.push(...checkMember(name, fd, count));
    if (isServer(fd) && Object.hasOwn(config.reactors, fd.on)) {
      found.push(...checkSpread(name, fd, count));
    }
  }
  for (const [name, { from }] of Object.entries(config.channels)) {
    const path: ConfigPath = ['channels', name];
    const holes = { where: showPath(path), reactor: from, count: countOf(from) };
    if (holes.count === 1) continue;
    const second = { message: `'${from}'`, path: ['reactors', from] };
    found.push(diagnostic('LOOM1552', holes, { path: [...path, 'from'], second }));
  }
  for (const [name, reactor] of Object.entries(config.reactors)) {
    const [key, reason] = coreMistake(reactor) ?? [];
    if (key === undefined || reason === undefined) continue;
    const path = ['reactors', name, key];
    found.push(diagnostic('LOOM1554', { where: showPath(path), reason }, { path }));
  }
  return found;
}
