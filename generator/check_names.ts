/** The part of `check` about names: form, reserved words, and names that become one. */
import type { CheckedConfig } from '../schemas/config.ts';
import {
  callMembers,
  fdMembers,
  globalTypes,
  handlerMembers,
  namespaceNames,
  programProperties,
  reactorMembers,
  targetNames,
} from '../schemas/reserved.ts';
import { byName, pascalCase, snakeCase } from './case.ts';
import { checkTypeNames, typeClaims } from './check_messages.ts';
import { javascript } from './lower_channels.ts';
import { jsRequestCount } from './lower_js_requests.ts';
import { implicitPool } from './lower_pools.ts';
import {
  checkName,
  keywords,
  type NameForm,
  nameForms,
  type Reserved,
  typeReserved,
} from './name_forms.ts';
import { type ConfigPath, type Diagnostic, diagnostic } from './report/diagnostic.ts';

const programReserved: Reserved = [
  ...keywords,
  [namespaceNames, 'a function or namespace of that name is in the C++ headers it includes'],
  [targetNames, 'CMake keeps it as a target'],
];
const apiReserved: Reserved = [
  ...keywords,
  [programProperties, 'the object that open() gives has a property of that name'],
];
const memberReserved: Reserved = [
  [handlerMembers, 'the base class of handlers has a member of that name'],
];
const handlerReserved: Reserved = [
  ...keywords,
  [globalTypes, 'the C library has a global type of that name'],
];
const fdReserved: Reserved = [
  ...keywords,
  [fdMembers, 'the struct of an fd has a member of that name'],
];
const reactorReserved: Reserved = [
  ...keywords,
  [reactorMembers, 'the class of a reactor uses that name'],
  [new Set([javascript]), 'channels call JavaScript by that name'],
];
const callReserved: Reserved = [
  ...apiReserved,
  [callMembers, 'the struct of a call has a member of that name'],
];
const poolReserved: Reserved = [
  ...keywords,
  [new Set([implicitPool]), 'the pool that is made when a program declares none has that name'],
];
/** Names of one part that become the same C++ type or file. */
function checkCollisions(part: string, what: string, names: readonly string[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Map<string, string>();
  for (const name of [...names].sort(byName)) {
    const form = pascalCase(snakeCase(name));
    const other = seen.get(form);
    seen.set(form, other ?? name);
    if (other === undefined) continue;
    found.push(
      diagnostic(
        'LOOM1303',
        { what, name, other, form },
        {
          path: [part, name],
          anchor: 'key',
          second: { message: `'${other}'`, path: [part, other] },
        },
      ),
    );
  }
  return found;
}

/** The names of one part of the config as it was written, also of entries that are broken. */
export function keysOf(value: unknown, part: string): string[] {
  const record = (value as Record<string, unknown> | null)?.[part];
  return typeof record === 'object' && record !== null && !Array.isArray(record)
    ? Object.keys(record)
    : [];
}

/** Types in the namespace of the program: messages, reactors, bases of handlers. */
function checkNamespace(config: CheckedConfig): Diagnostic[] {
  const seen = new Map<string, { what: string; path: ConfigPath }>();
  const found: Diagnostic[] = [];
  const claim = (name: string, what: string, path: ConfigPath): void => {
    const other = seen.get(name);
    if (other === undefined) {
      seen.set(name, { what, path });
      return;
    }
    const second = { message: other.what, path: other.path };
    const holes = { what, name, other: other.what };
    found.push(diagnostic('LOOM1304', holes, { path, anchor: 'key', second }));
  };
  for (const { name, what, path } of typeClaims(config)) claim(name, what, path);
  for (const name of Object.keys(config.reactors).sort(byName)) {
    claim(pascalCase(name), `the reactor '${name}'`, ['reactors', name]);
  }
  const handlers = new Map<string, ConfigPath>();
  for (const { handler, path } of namedHandlers(config)) {
    if (!handlers.has(handler)) handlers.set(handler, path);
  }
  for (const [name, path] of handlers) {
    claim(`${name}Base`, `the base of the handler '${name}'`, path);
  }
  return found;
}

/** Every handler that an fd, a channel or a call names, and where. */
function namedHandlers(config: CheckedConfig): { handler: string; path: ConfigPath }[] {
  return (['fds', 'channels', 'calls'] as const).flatMap((part) =>
    Object.entries<{ handler?: string | undefined }>(config[part])
      .sort(([a], [b]) => byName(a, b))
      .flatMap(([name, { handler }]) =>
        handler === undefined ? [] : [{ handler, path: [part, name, 'handler'] }],
      ),
  );
}

function checkHandlerNames(config: CheckedConfig): Diagnostic[] {
  return namedHandlers(config).flatMap(({ handler, path }) =>
    checkName(
      { name: handler, what: 'a handler', path, anchor: 'value' },
      nameForms.upper,
      handlerReserved,
    ),
  );
}

/** fds, channels and calls are properties of one object in TypeScript. */
function checkProgramProperties(value: unknown): Diagnostic[] {
  const seen = new Map<string, { part: string; name: string; kind: string }>();
  const kinds = { fds: 'fd', channels: 'channel', calls: 'call' };
  return Object.entries(kinds).flatMap(([part, kind]) =>
    keysOf(value, part).flatMap((name) => {
      const other = seen.get(snakeCase(name));
      seen.set(snakeCase(name), other ?? { part, name, kind });
      // Two of one part collide in C++, and are reported for that.
      if (other === undefined || other.part === part) return [];
      const holes = { name, what: `a ${kind}`, other: other.kind === 'fd' ? 'an fd' : 'a channel' };
      const second = { message: `the ${other.kind}`, path: [other.part, other.name] };
      return [diagnostic('LOOM1305', holes, { path: [part, name], anchor: 'key', second })];
    }),
  );
}

/**
 * Checks every name. `value` is the config as written, so that the names of broken entries are
 * checked too; `config` holds those that are not.
 */
export function checkNames(config: CheckedConfig, value: unknown): Diagnostic[] {
  const program = {
    name: config.name,
    what: 'a program',
    path: ['name'],
    anchor: 'value' as const,
  };
  const each = (part: string, what: string, form: NameForm, reserved: (name: string) => Reserved) =>
    keysOf(value, part).flatMap((name) =>
      checkName({ name, what, path: [part, name], anchor: 'key' }, form, reserved(name)),
    );
  // A timer with a handler has no property in TypeScript: DESIGN's `stats` timer is one. A file is
  // a member of handlers, and a property where JavaScript may use it.
  const reservedFor = (name: string): Reserved => {
    const fd = Object.hasOwn(config.fds, name) ? config.fds[name] : undefined;
    if (fd?.kind === 'signal') return fdReserved;
    // Handlers have a member with the name of an eventfd.
    if (fd?.kind === 'eventfd') return [...fdReserved, ...memberReserved];
    if (fd?.kind === 'file') {
      const isProperty = jsRequestCount(fd.on, config) !== undefined;
      return [...fdReserved, ...memberReserved, ...(isProperty ? apiReserved : [])];
    }
    const isHidden = fd?.kind === 'timer' && fd.handler !== undefined;
    if (isHidden && fd.start === 'manual') return [...fdReserved, ...memberReserved];
    return isHidden ? fdReserved : [...fdReserved, ...apiReserved];
  };
  return [
    ...checkName(program, nameForms.program, programReserved),
    ...each('reactors', 'a reactor', nameForms.lower, () => reactorReserved),
    ...each('stacks', 'a stack class', nameForms.lower, () => keywords),
    ...each('pools', 'a pool', nameForms.lower, () => poolReserved),
    ...each('messages', 'a message', nameForms.upper, () => typeReserved),
    ...each('fds', 'an fd', nameForms.lower, reservedFor),
    ...each('channels', 'a channel', nameForms.lower, () => [...apiReserved, ...memberReserved]),
    ...each('calls', 'a call', nameForms.lower, () => callReserved),
    ...checkTypeNames(config),
    ...checkHandlerNames(config),
    ...checkCollisions('reactors', 'the reactors', keysOf(value, 'reactors')),
    ...checkCollisions('fds', 'the fds', keysOf(value, 'fds')),
    ...checkCollisions('channels', 'the channels', keysOf(value, 'channels')),
    ...checkCollisions('pools', 'the pools', keysOf(value, 'pools')),
    ...checkCollisions('calls', 'the calls', keysOf(value, 'calls')),
    ...checkCollisions('messages', 'the messages', keysOf(value, 'messages')),
    ...checkNamespace(config),
    ...checkProgramProperties(value),
  ];
}
