/** The part of `check` about `tune`: whether the load generator can load the fd that is named. */
import type { CheckedConfig, CheckedFd } from '../schemas/config.ts';
import { keysOf } from './check_names.ts';
import { type Diagnostic, diagnostic } from './report/diagnostic.ts';
import { closest } from './report/suggest.ts';

/** Why an fd cannot be loaded with `connections`, and what to do; undefined when it can. */
function whyNotLoadable(fd: CheckedFd, connections: number): [string, string] | undefined {
  const own = "Name a tcpServer or a unixServer, or use a load of kind 'command'.";
  if (fd.kind !== 'tcpServer' && fd.kind !== 'unixServer') return [`is a ${fd.kind}`, own];
  if (fd.kind === 'unixServer' && fd.type !== 'stream') return ['carries packets', own];
  if (fd.address.startsWith('fd:')) return ['is open before the program starts', own];
  if (fd.handler === undefined) {
    return ['has no handler', "Declare one, or use a load of kind 'command'."];
  }
  const { framing } = fd;
  const isTaken =
    framing.kind === 'raw' || (framing.kind === 'lengthPrefixed' && framing.width === 'u16be');
  if (!isTaken) {
    const hint = "Use raw() or lengthPrefixed('u16be'), or a load of kind 'command'.";
    return [`cuts its bytes by another framing than the load's`, hint];
  }
  if (connections <= fd.connections) return undefined;
  const hint = `Load it with ${fd.connections} or fewer.`;
  return [`takes ${fd.connections} connections and not ${connections}`, hint];
}

/** Checks `tune`. */
export function checkTune(config: CheckedConfig, value: unknown): Diagnostic[] {
  const load = config.tune?.load;
  if (load === undefined || load.kind === 'command') return [];
  const path = ['tune', 'load', 'fd'];
  const declared = keysOf(value, 'fds');
  const where = 'tune.load.fd';
  if (!declared.includes(load.fd)) {
    const suggestion = closest(load.fd, declared);
    const hint = `Use one of: ${[...declared].sort().join(', ')}.`;
    const holes = { where, name: load.fd, reason: 'is not declared', hint };
    return [diagnostic('LOOM1460', holes, { path, ...(suggestion && { suggestion }) })];
  }
  const fd = config.fds[load.fd];
  const why = fd && whyNotLoadable(fd, load.connections);
  if (why === undefined) return [];
  const [reason, hint] = why;
  return [diagnostic('LOOM1460', { where, name: load.fd, reason, hint }, { path })];
}
