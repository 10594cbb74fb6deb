/** The part of `check` about what JavaScript asks of a reactor besides its connections. */
import type { CheckedConfig, CheckedFd } from '../schemas/config.ts';
import { entriesByName } from './case.ts';
import { instanceCount } from './lower_groups.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

/** Whether JavaScript can ask something of an fd. */
function takesRequests(fd: CheckedFd): boolean {
  return fd.kind === 'file' ? !fd.direct : sendsForJs(fd);
}

function sendsForJs(fd: CheckedFd): boolean {
  return 'jsSends' in fd && fd.jsSends;
}

/** Instances of the reactor that an fd names; 1 where that does not exist. */
function instancesOf(config: CheckedConfig, name: string): number {
  const reactor = Object.hasOwn(config.reactors, name) ? config.reactors[name] : undefined;
  return reactor === undefined ? 1 : instanceCount(reactor);
}

/** LOOM1572 unless the reactor has one instance. */
export function several(reactor: string, count: number, path: ConfigPath): Diagnostic[] {
  if (count === 1) return [];
  const second = { message: `'${reactor}'`, path: ['reactors', reactor] };
  return [diagnostic('LOOM1572', { where: showPath(path), reactor, count }, { path, second })];
}

function checkSends(config: CheckedConfig): Diagnostic[] {
  return entriesByName(config.fds).flatMap(([name, fd]) => {
    if (!sendsForJs(fd)) return [];
    const path = ['fds', name, 'jsSends'];
    if (fd.handler === undefined) {
      return [diagnostic('LOOM1571', { where: showPath(['fds', name]) }, { path })];
    }
    return several(fd.on, instancesOf(config, fd.on), path);
  });
}

function checkReactors(config: CheckedConfig): Diagnostic[] {
  return entriesByName(config.reactors).flatMap(([name, reactor]) => {
    const key = reactor.jsRequests !== undefined ? 'jsRequests' : 'jsArena';
    if (reactor[key] === undefined) return [];
    const path = ['reactors', name, key];
    if (Object.values(config.calls).some(({ on }) => on === name)) return [];
    const fds = Object.values(config.fds).filter(({ on }) => on === name);
    if (instanceCount(reactor) > 1) return several(name, instanceCount(reactor), path);
    // A reactor without fds is reported as such.
    if (fds.length === 0 || fds.some(takesRequests)) return [];
    return [diagnostic('LOOM1573', { where: showPath(path), reactor: name }, { path })];
  });
}

/** Checks everything about `jsRequests`, `jsArena` and `jsSends`. */
export function checkJsRequests(config: CheckedConfig): Diagnostic[] {
  return [...checkSends(config), ...checkReactors(config)];
}
