/**
 * The part of `check` about what a config connects: references between its parts, handlers and
 * their header, timers, backends, cores, and what belongs to a later version.
 */
import { backendsOf, platforms } from '../schemas/backends.ts';
import type { CheckedConfig, CheckedFd } from '../schemas/config.ts';
import { showDuration } from '../schemas/leaf.ts';
import { byName, entriesByName } from './case.ts';
import { keysOf } from './check_names.ts';
import { isCheckedStream } from './fd_kinds.ts';
import { javascript } from './lower_channels.ts';
import { defaultStacks } from './lower_fibers.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';
import { closest } from './report/suggest.ts';

type ReferenceCode = 'LOOM1401' | 'LOOM1402' | 'LOOM1403';

/** A diagnostic unless `name` is one of the declared names. */
function reference(
  code: ReferenceCode,
  part: string,
  declared: readonly string[],
  name: string,
  path: ConfigPath,
): Diagnostic[] {
  if (declared.includes(name)) return [];
  const suggestion = closest(name, declared);
  const list = [...declared].sort(byName).join(', ');
  const hint =
    declared.length === 0
      ? `Declare it in \`${part}\`.`
      : `Declare it in \`${part}\`, or use one of: ${list}.`;
  return [
    diagnostic(
      code,
      { where: showPath(path), name, hint },
      { path, ...(suggestion !== undefined && { suggestion }) },
    ),
  ];
}

function checkReferences(config: CheckedConfig, value: unknown): Diagnostic[] {
  const reactors = keysOf(value, 'reactors');
  const declared = keysOf(value, 'stacks');
  const stacks = 'stacks' in (value as object) ? declared : Object.keys(defaultStacks);
  const messages = keysOf(value, 'messages');
  const found: Diagnostic[] = [];
  for (const [name, fd] of entriesByName(config.fds)) {
    found.push(...reference('LOOM1401', 'reactors', reactors, fd.on, ['fds', name, 'on']));
    if (!isCheckedStream(fd) || fd.style === 'callback') continue;
    const path = ['fds', name, 'style'];
    found.push(...reference('LOOM1402', 'stacks', stacks, fd.style.fiber, [...path, 'fiber']));
    if (fd.handler !== undefined) continue;
    found.push(diagnostic('LOOM1420', { where: showPath(path) }, { path }));
  }
  for (const [name, channel] of entriesByName(config.channels)) {
    const path = ['channels', name];
    const ends = [...reactors, javascript];
    found.push(
      ...reference('LOOM1401', 'reactors', ends, channel.from, [...path, 'from']),
      ...(typeof channel.to === 'object'
        ? []
        : reference('LOOM1401', 'reactors', ends, channel.to, [...path, 'to'])),
      ...reference('LOOM1403', 'messages', messages, channel.message, [...path, 'message']),
    );
  }
  for (const [name, call] of entriesByName(config.calls)) {
    const path = ['calls', name];
    found.push(
      ...reference('LOOM1401', 'reactors', reactors, call.on, [...path, 'on']),
      ...reference('LOOM1403', 'messages', messages, call.request, [...path, 'request']),
      ...reference('LOOM1403', 'messages', messages, call.reply, [...path, 'reply']),
    );
  }
  return found;
}

function checkHandlers(config: CheckedConfig): Diagnostic[] {
  const named = (['fds', 'channels'] as const).flatMap((part) =>
    entriesByName<{ handler?: string | undefined }>(config[part]).flatMap(([name, { handler }]) =>
      handler === undefined ? [] : [{ handler, path: [part, name] }],
    ),
  );
  if (config.handlers === undefined) {
    return named.map(({ handler, path }) => {
      const holes = { where: showPath(path), name: handler };
      return diagnostic('LOOM1404', holes, { path: [...path, 'handler'] });
    });
  }
  if (named.length > 0 || Object.keys(config.calls).length > 0) return [];
  return [diagnostic('LOOM1405', { header: config.handlers }, { path: ['handlers'] })];
}

/** Reactors without fds, channels without publishers, spinning reactors that share a core. */
function checkReactors(config: CheckedConfig, value: unknown): Diagnostic[] {
  const fds = Object.values((value as { fds?: Record<string, unknown> }).fds ?? {});
  const received = Object.values(config.channels).flatMap(({ to }) =>
    typeof to === 'object' ? [] : [to],
  );
  const calls = Object.values((value as { calls?: Record<string, unknown> }).calls ?? {});
  const used = new Set([
    ...[...fds, ...calls].map((each) => (each as { on?: unknown } | null)?.on),
    ...received,
  ]);
  used.delete(javascript);
  const handled = new Set([
    ...Object.values(config.fds).flatMap((fd) => (fd.handler === undefined ? [] : [fd.on])),
    ...received,
  ]);
  const found: Diagnostic[] = [];
  const reactors = keysOf(value, 'reactors').sort(byName);
  // With a misspelt or missing `on` an unused reactor is only the echo of that mistake.
  const isWhole = [...used].every((name) => typeof name === 'string' && reactors.includes(name));
  for (const name of reactors) {
    if (used.has(name) || !isWhole) continue;
    const path = ['reactors', name];
    found.push(diagnostic('LOOM1406', { name }, { path, anchor: 'key' }));
  }
  for (const [name, { requests }] of entriesByName(config.reactors)) {
    if (requests === 0 || handled.has(name) || !used.has(name)) continue;
    const path = ['reactors', name, 'requests'];
    found.push(diagnostic('LOOM1416', { reactor: name, count: String(requests) }, { path }));
  }
  for (const [name, { from: reactor }] of entriesByName(config.channels)) {
    if (handled.has(reactor) || !Object.hasOwn(config.reactors, reactor)) continue;
    const path = ['channels', name, 'from'];
    found.push(diagnostic('LOOM1407', { name, reactor }, { path }));
  }
  return [...found, ...checkPinned(config)];
}

/** Spinning reactors that share a core. */
function checkPinned(config: CheckedConfig): Diagnostic[] {
  const found: Diagnostic[] = [];
  const pinned = new Map<number, string>();
  for (const [name, reactor] of entriesByName(config.reactors)) {
    const own = reactor.cores ?? (reactor.core === 'any' ? [] : [reactor.core]);
    for (const core of own) {
      const other = pinned.get(core);
      pinned.set(core, other ?? name);
      if (other === undefined || other === name) continue;
      const spins = [reactor, config.reactors[other]].some((each) => each?.wait === 'spin');
      if (!spins) continue;
      const second = { message: `'${other}'`, path: ['reactors', other] };
      const key = reactor.cores === undefined ? 'core' : 'cores';
      const holes = { name, other, core };
      found.push(diagnostic('LOOM1410', holes, { path: ['reactors', name, key], second }));
    }
  }
  return found;
}

/** A timer that its handler arms has a handler, and no time of its own. */
function checkManual(
  path: ConfigPath,
  fd: Extract<CheckedFd, { kind: 'timer' }>,
  written: object,
): Diagnostic[] {
  const where = showPath(path);
  const found: Diagnostic[] = [];
  for (const key of ['every', 'after']) {
    if (!(key in written)) continue;
    found.push(diagnostic('LOOM1414', { where, key }, { path: [...path, key] }));
  }
  if (fd.handler === undefined) {
    found.push(diagnostic('LOOM1415', { where }, { path: [...path, 'start'] }));
  }
  return found;
}

function checkTimes(name: string, fd: CheckedFd, value: unknown): Diagnostic[] {
  const path = ['fds', name];
  if (fd.kind === 'timer') {
    // As written: a time that is no duration has been left out of `fd` and been reported.
    const written = (value as { fds: Record<string, object> }).fds[name] ?? {};
    if (fd.start === 'manual') return checkManual(path, fd, written);
    if ('every' in written || 'after' in written) return [];
    return [diagnostic('LOOM1408', { where: showPath(path) }, { path, anchor: 'key' })];
  }
  if (!isCheckedStream(fd)) return [];
  const found: Diagnostic[] = [];
  const whole = (at: ConfigPath, nanoseconds: number | undefined, unit: string, factor: number) => {
    if (nanoseconds === undefined || nanoseconds % factor === 0) return;
    const holes = { where: showPath(at), found: showDuration(nanoseconds), unit };
    found.push(diagnostic('LOOM1209', holes, { path: at }));
  };
  whole([...path, 'busyPoll'], fd.busyPoll, 'microseconds', 1e3);
  if ('userTimeout' in fd) {
    whole([...path, 'userTimeout'], fd.userTimeout, 'milliseconds', 1e6);
  }
  if ('keepAlive' in fd && fd.keepAlive !== false) {
    whole([...path, 'keepAlive', 'idle'], fd.keepAlive.idle, 'seconds', 1e9);
    whole([...path, 'keepAlive', 'interval'], fd.keepAlive.interval, 'seconds', 1e9);
  }
  if ('reconnect' in fd && fd.reconnect !== false) {
    const { initial, maximum } = fd.reconnect;
    const at = [...path, 'reconnect'];
    const shown = { initial: showDuration(initial), maximum: showDuration(maximum) };
    if (initial > maximum) {
      found.push(diagnostic('LOOM1412', { where: showPath(at), ...shown }, { path: at }));
    }
  }
  return found;
}

function checkBackends(config: CheckedConfig): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const platform of platforms) {
    const list = config.backends[platform];
    if (list === undefined) continue;
    const path = ['backends', platform];
    const where = showPath(path);
    if (list.length === 0) {
      found.push(diagnostic('LOOM1411', { where, reason: 'is empty' }, { path }));
    }
    list.forEach((backend, index) => {
      const at = [...path, index];
      if (!backendsOf(platform).includes(backend)) {
        const choices = backendsOf(platform).join(' or ');
        const holes = { where: showPath(at), backend, platform, choices };
        found.push(diagnostic('LOOM1805', holes, { path: at }));
      } else if (list.indexOf(backend) !== index) {
        const reason = `names '${backend}' twice`;
        found.push(diagnostic('LOOM1411', { where, reason }, { path: at }));
      }
    });
  }
  return found;
}

function checkEmpty(value: unknown): Diagnostic[] {
  const examples = {
    reactors: 'reactors: { main: {} }',
    fds: "fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) }",
  };
  return (['reactors', 'fds'] as const).flatMap((what) => {
    const part = (value as Record<string, unknown>)[what];
    const isEmpty = typeof part === 'object' && part !== null && Object.keys(part).length === 0;
    const holes = { what, example: examples[what] };
    return isEmpty ? [diagnostic('LOOM1409', holes, { path: [what], anchor: 'key' })] : [];
  });
}

/** Checks everything that one part of the config says about another. */
export function checkWiring(config: CheckedConfig, value: unknown): Diagnostic[] {
  return [
    ...checkEmpty(value),
    ...checkReferences(config, value),
    ...checkHandlers(config),
    ...checkReactors(config, value),
    ...entriesByName(config.fds).flatMap(([name, fd]) => checkTimes(name, fd, value)),
    ...checkBackends(config),
  ];
}
