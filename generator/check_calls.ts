/** The part of `check` about calls: who answers them, and what they need. */
import type { CheckedConfig } from '../schemas/config.ts';
import { entriesByName } from './case.ts';
import { keysOf } from './check_names.ts';
import { poolReference } from './check_pools.ts';
import { instanceCount } from './lower_groups.ts';
import { several } from './check_js_requests.ts';
import { lowerCalls } from './lower_calls.ts';
import { arenaBytesOf } from './lower_js_requests.ts';
import { lowerMessages } from './lower_messages.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

/** What else each handler serves: `fds.tcp`, by its name. */
function otherServices(config: CheckedConfig): Map<string, ConfigPath> {
  const found = new Map<string, ConfigPath>();
  for (const part of ['fds', 'channels'] as const) {
    const declared = entriesByName<{ handler?: string | undefined }>(config[part]);
    for (const [name, { handler }] of declared) {
      if (handler !== undefined && !found.has(handler)) found.set(handler, [part, name]);
    }
  }
  return found;
}

/** The struct that answers: it has a header, and answers nothing but calls. */
function checkHandlers(config: CheckedConfig): Diagnostic[] {
  const others = otherServices(config);
  return entriesByName(config.calls).flatMap(([call, { handler: name }]) => {
    const path = ['calls', call, 'handler'];
    const where = showPath(['calls', call]);
    if (config.handlers === undefined) return [diagnostic('LOOM1581', { where, name }, { path })];
    const other = others.get(name);
    if (other === undefined) return [];
    const second = { message: showPath(other), path: [...other, 'handler'] };
    return [diagnostic('LOOM1582', { where, name, other: showPath(other) }, { path, second })];
  });
}

/** Calls whose request and reply are more than the arena of their reactor. */
function checkArenas(config: CheckedConfig): Diagnostic[] {
  const { messages } = lowerMessages(config.messages);
  const known = (name: string): boolean => messages.some((message) => message.name === name);
  const calls = Object.fromEntries(
    Object.entries(config.calls).filter(([, { request, reply }]) => known(request) && known(reply)),
  );
  return entriesByName(config.reactors).flatMap(([reactor, declared]) =>
    (lowerCalls(reactor, { ...config, calls }, messages) ?? []).flatMap(({ name, bytes }) => {
      const arena = arenaBytesOf(declared);
      if (bytes <= arena) return [];
      const path = ['calls', name];
      const second = { message: `'${reactor}'`, path: ['reactors', reactor] };
      const holes = { where: showPath(path), bytes, reactor, arena };
      return [diagnostic('LOOM1583', holes, { path, anchor: 'key', second })];
    }),
  );
}

/** Checks everything about calls but the names of reactors and messages; see `check_wiring.ts`. */
export function checkCalls(config: CheckedConfig, value: unknown): Diagnostic[] {
  const pools = keysOf(value, 'pools');
  const each = entriesByName(config.calls).flatMap(([name, { on, pool }]) => {
    const reactor = Object.hasOwn(config.reactors, on) ? config.reactors[on] : undefined;
    const count = reactor === undefined ? 1 : instanceCount(reactor);
    return [
      ...poolReference(pool, pools, ['calls', name, 'pool'], 'Declare it in `pools`.'),
      ...several(on, count, ['calls', name, 'on']),
    ];
  });
  return [...each, ...checkHandlers(config), ...checkArenas(config)];
}
