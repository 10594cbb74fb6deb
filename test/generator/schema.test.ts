/** The one definition of the config: its JSON Schema, its documentation, its types. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { Project, SyntaxKind } from 'ts-morph';
import * as v from 'valibot';
import { backendsOf, capabilities, minimumKernel, platforms } from '../../schemas/backends.ts';
import { configSchema } from '../../schemas/config.ts';
import { describedSchema, isCurrent, schemaFile } from '../../schemas/json_schema.ts';
import { type Leaf, parseDuration, parseSize, showDuration, showSize } from '../../schemas/leaf.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('loom.schema.json is what json_schema.ts writes', (t) => {
  t.true(isCurrent(), 'run: node --import tsx schemas/json_schema.ts');
});

/** The entries of every object in the schema, by path. */
function entriesOf(schema: unknown, path: string, found: Map<string, unknown>): void {
  const node = schema as Record<string, unknown>;
  for (const key of ['wrapped', 'value', 'item']) {
    if (typeof node[key] === 'object' && node[key] !== null) entriesOf(node[key], path, found);
  }
  for (const option of (node.options ?? []) as unknown[]) {
    if (typeof option === 'object') entriesOf(option, path, found);
  }
  for (const [key, entry] of Object.entries((node.entries ?? {}) as object)) {
    found.set(`${path}.${key}`, entry);
    entriesOf(entry, `${path}.${key}`, found);
  }
}

/** How a number of a leaf may be written in a description. */
function spellings(leaf: Leaf, value: number): string[] {
  if (leaf.kind === 'duration') return [showDuration(value)];
  if (leaf.kind === 'size') return [showSize(value), String(value)];
  return [String(value), `0o${value.toString(8)}`];
}

/** What a description lacks of a leaf: its unit, an end of its range. */
function lacking(leaf: Leaf, description: string): string[] {
  if (!('minimum' in leaf)) return [];
  const words = description.toLowerCase();
  const ends = [leaf.minimum, leaf.maximum].filter(
    (end) =>
      !spellings(leaf, end).some((each) => new RegExp(`(?<!\\w)${each}\\b`).test(description)),
  );
  const missing = ends.map((end) => spellings(leaf, end)[0] ?? '');
  if (leaf.kind === 'size' && !words.includes('byte') && !/longest|buffer|size/.test(words)) {
    missing.push('bytes');
  }
  // `messages a second` is said when a message is spoken of, `percent` when percent is.
  const unit = leaf.kind === 'integer' ? (/^\w+?(?=s?\b)/.exec(leaf.unit)?.[0] ?? '') : '';
  if (!words.includes(unit)) missing.push(unit);
  return missing;
}

/** The value that a comment's default stands for, as it is written in TypeScript. */
function writtenValue(text: string): unknown {
  const json = text
    .replace(/ \(0o\d+\)$/, '')
    .replaceAll("'", '"')
    .replace(/(\w+):/g, '"$1":');
  return JSON.parse(json);
}

const described = describedSchema();

test('every field says what it is, its unit, its range and its default', (t) => {
  t.true(described.fields.length > 300);
  const mistakes: string[] = [];
  for (const { path, description, standard, defaultText, leaves } of described.fields) {
    if (!/^\S.{8,}[.]$/.test(description)) mistakes.push(`${path} has no comment`);
    const missing = leaves.flatMap((leaf) => lacking(leaf, description));
    if (missing.length > 0) mistakes.push(`${path} lacks ${missing.join(', ')}: ${description}`);
    // An object whose parts have defaults of their own is filled in from {}.
    if (standard === undefined || JSON.stringify(standard) === '{}') continue;
    t.deepEqual(writtenValue(defaultText ?? 'null'), standard, `${path} has another default`);
  }
  t.deepEqual(mistakes, []);
});

test('every property of loom.schema.json has a description, every worded value a form', (t) => {
  let properties = 0;
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Record<string, unknown>;
    for (const [name, each] of Object.entries((node.properties ?? {}) as object)) {
      properties += 1;
      t.is(typeof each.description, 'string', `${path}.${name}`);
    }
    if (node.pattern !== undefined) t.regex(String(node.description), / to \d/, path);
    for (const [key, each] of Object.entries(node)) visit(each, `${path}.${key}`);
  };
  visit(JSON.parse(readFileSync(schemaFile, 'utf8')), '');
  t.true(properties > 300);
});

test('a size or duration that the pattern of loom.schema.json takes is one, and no other', (t) => {
  const { pattern } = schemaOf('writeQueue');
  for (const text of ['64K', '1.5M', '2G']) t.true(new RegExp(pattern).test(text), text);
  for (const text of ['64KB', '64', 'K', '-1K']) t.false(new RegExp(pattern).test(text), text);
  const duration = schemaOf('connectTimeout').pattern;
  for (const text of ['5s', '1.5ms', '20us']) t.true(new RegExp(duration).test(text), text);
  for (const text of ['5', '5 s', 's', '-1s', '1sec']) t.false(new RegExp(duration).test(text));
});

/** The worded form of one field of a tcp fd in the JSON Schema. */
function schemaOf(field: string): { pattern: string } {
  const { fds } = described.schema.properties as { fds: { additionalProperties: Options } };
  const found = fds.additionalProperties.oneOf[0]?.properties[field];
  const worded = found?.anyOf?.find((each) => each.pattern !== undefined) ?? found;
  if (worded?.pattern === undefined) throw new Error(`${field} has no pattern`);
  return { pattern: worded.pattern };
}

/** What is read of the kinds of fds in the JSON Schema; the first is `tcp`. */
interface Options {
  oneOf: { properties: Record<string, { pattern?: string; anyOf?: { pattern?: string }[] }> }[];
}

/** A config with options of every helper, as an editor sees it. */
const hovered = `
import {
  channel, defineLoom, eventfd, file, lengthPrefixed, line, pipe, pool, signal, struct, tcp,
  tcpServer, timer, u32, udp, unix, unixDatagram, unixServer,
} from '../../generator/define.ts';
defineLoom({
  name: 'x',
  reactors: { main: { core: 1, wait: { spin: '20us' } } },
  stacks: { small: { waiting: 4 } },
  fibers: { context: 'fcontext' },
  messages: { Top: struct({ symbol: u32 }) },
  fds: {
    a: tcp('h:1', {
      on: 'main', connectTimeout: '5s', writeQueue: '64K', keepAlive: { idle: '9s' },
    }),
    b: tcpServer('h:2', { on: 'main', backlog: 9, receive: { strategy: 'direct' } }),
    c: unix('/x', { on: 'main', reconnect: { initial: '1s' }, framing: line({ maximum: '4K' }) }),
    d: unixServer('/y', { on: 'main', mode: 0o600, framing: lengthPrefixed('u32le') }),
    e: udp({ on: 'main', handler: 'E', busyPoll: '1us', send: { count: 64 } }),
    f: unixDatagram('/z', { on: 'main', handler: 'E', batch: 8 }),
    g: file('j.log', { on: 'main', mode: 'append', permissions: 0o644, buffers: { bytes: '4K' } }),
    h: pipe({ on: 'main', read: 'stdin' }),
    i: timer({ on: 'main', every: '1s' }),
    j: eventfd({ on: 'main', semaphore: true }),
    k: signal({ on: 'main', signals: ['SIGHUP'] }),
  },
  channels: { top: channel({ from: 'main', to: 'js', message: 'Top', capacity: 64 }) },
  pools: { crunch: pool({ queue: 64 }) },
  package: { version: '1.0.0' },
  tune: { load: { kind: 'echo', fd: 'b', depth: 4 }, metric: 'p99' },
});
`;

test('the editor shows the comments of options, with their ranges and defaults', (t) => {
  const project = new Project({
    tsConfigFilePath: join(root, 'tsconfig.json'),
    skipAddingFilesFromTsConfig: true,
  });
  const source = project.createSourceFile(join(root, 'test/generator/hover.ts'), hovered);
  const service = project.getLanguageService().compilerObject;
  const shown = new Map(
    source.getDescendantsOfKind(SyntaxKind.PropertyAssignment).map((each) => {
      const info = service.getQuickInfoAtPosition(source.getFilePath(), each.getStart());
      const tags = (info?.tags ?? []).flatMap(({ name, text }) => [name, ...(text ?? [])]);
      const parts = [...(info?.documentation ?? []), ...tags];
      const words = parts.map((part) => (typeof part === 'string' ? part : part.text));
      return [each.getName(), words.join(' ').replace(/\s+/g, ' ')];
    }),
  );
  for (const [name, expected] of [
    ['reactors', /^Event loops/],
    ['core', /^Core that its thread is pinned to; 0 to 1023, or 'any'\. default 'any'/],
    ['spin', /^Time to spin before sleeping; 100ns to 1s/],
    ['waiting', /^Fibers that wait for a stack .*; 0 to 65536.* default 0/],
    ['context', /^How stacks are switched.* default 'fcontext'/],
    ['connectTimeout', /^Time limit of one attempt to connect; 1ms to 1h\. default '5s'/],
    ['writeQueue', /write queue, a power of two; 4K to 256M.* default '256K'/],
    ['idle', /^Silence before the first probe.* default '60s'/],
    ['backlog', /listen\(2\)\); 1 to 65535.* default 1024/],
    ['strategy', /^How bytes are read.* default 'multishot'/],
    ['initial', /^First delay; .*1ms to 1h/],
    ['busyPoll', /1us to 1s/],
    ['batch', /^Datagrams in one system call, .*1 to 64\. default 32/],
    ['permissions', /0 to 0o777.* default 420/],
    ['bytes', /whole pages of 4096; 4K to 16M/],
    ['read', /^Where bytes come from/],
    ['every', /^Period; 10us to 720h/],
    ['semaphore', /default false/],
    ['signals', /^Names of signals/],
    ['capacity', /power of two; 2 to 16777216.* default 1024/],
    ['queue', /power of two; 2 to 65536.* default 256/],
    ['version', /^Its version.* default '0\.1\.0'/],
    ['depth', /^Messages on their way on each connection; 1 to 4096\. default 1/],
    ['metric', /^The figure that decides/],
  ] as const) {
    t.regex(shown.get(name) ?? '', expected, name);
  }
});

test('defaults are values that the schema accepts', (t) => {
  const found = new Map<string, unknown>();
  entriesOf(configSchema, '', found);
  t.true(found.size > 60);
  for (const [path, entry] of found) {
    const schema = entry as v.GenericSchema & { default?: unknown; wrapped?: v.GenericSchema };
    if (schema.default === undefined || schema.wrapped === undefined) continue;
    t.true(v.safeParse(schema.wrapped, schema.default).success, path);
  }
});

test('sizes and durations are read as they are written, and back', (t) => {
  t.is(parseSize('64K'), 65536);
  t.is(parseSize('1.5M'), 1572864);
  t.is(parseSize(7), 7);
  for (const text of ['64KB', '64 K', 'K', '-1K', '1e3K', '0.3K', '', 1.5, null, '64k', Infinity]) {
    t.is(parseSize(text), undefined, String(text));
  }
  t.is(parseDuration('20us'), 20_000);
  t.is(parseDuration('1.1ms'), 1_100_000);
  t.is(parseDuration('720h'), 2_592_000_000_000_000);
  for (const text of ['20', 20, '5 s', '-1s', '0.5ns', '1sec', '', 's', '1e3ms', '99999999999h']) {
    t.is(parseDuration(text), undefined, String(text));
  }
  for (const bytes of [1, 1000, 1024, 65536, 1 << 20, 3 << 30])
    t.is(parseSize(showSize(bytes)) ?? Number(showSize(bytes)), bytes);
  for (const time of [1, 1500, 20_000, 1e9, 90e9, 3600e9])
    t.is(parseDuration(showDuration(time)), time);
});

test('the capability table has each operation once for each backend', (t) => {
  const keys = capabilities.map((each) => `${each.backend} ${each.platform} ${each.operation}`);
  t.is(new Set(keys).size, keys.length);
  t.is(keys.length, 5 * 9);
  t.deepEqual(platforms.flatMap(backendsOf), ['io_uring', 'epoll', 'kqueue', 'kqueue', 'iocp']);
  t.deepEqual(backendsOf('linux'), ['io_uring', 'epoll']);
  t.is(minimumKernel('io_uring'), '6.1');
  t.is(minimumKernel('epoll'), '2.6.28');
  t.is(minimumKernel('kqueue', 'darwin'), '20.0');
  t.is(minimumKernel('kqueue', 'freebsd'), '13.0');
  t.is(minimumKernel('iocp'), '10.0');
});

test('a wrong name, size or duration in defineLoom is a type error', async (t) => {
  // The file's @ts-expect-error lines are the assertions; tsc fails when one is not needed.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'],
      ...['--module', 'nodenext', '--target', 'es2022', '--allowImportingTsExtensions'],
      ...['--skipLibCheck', '--types', 'node', '--ignoreConfig'],
      join(root, 'test/generator/define_types.ts'),
    ],
    { cwd: root },
  ).catch((error: { stdout: string }) => ({ stdout: error.stdout }));
  t.is(stdout, '');
});
