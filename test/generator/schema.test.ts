/** The one definition of the config: its JSON Schema, its documentation, its types. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { Node, Project, SyntaxKind } from 'ts-morph';
import * as v from 'valibot';
import {
  backendsOf,
  capabilities,
  minimumKernel,
  availablePlatforms,
} from '../../schemas/backends.ts';
import { configSchema } from '../../schemas/config.ts';
import { isCurrent } from '../../schemas/json_schema.ts';
import { parseDuration, parseSize, showDuration, showSize } from '../../schemas/leaf.ts';

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

/** The doc comment of every property in the schema's source. */
function documented(): { name: string; comment: string; source: string }[] {
  const project = new Project({ skipAddingFilesFromTsConfig: true });
  const parts = ['config', 'config_channels', 'config_fds', 'config_messages', 'config_pools'];
  return parts.flatMap((part) => {
    const properties = project
      .addSourceFileAtPath(join(root, 'schemas', `${part}.ts`))
      .getDescendantsOfKind(SyntaxKind.PropertyAssignment);
    return properties
      .filter((each) => {
        const call = each.getFirstAncestorByKind(SyntaxKind.VariableDeclaration);
        return call !== undefined && Node.isObjectLiteralExpression(each.getParent());
      })
      .map((each) => ({
        name: each.getName(),
        comment: each.getLeadingCommentRanges().at(-1)?.getText() ?? '',
        source: each.getInitializer()?.getText() ?? '',
      }));
  });
}

test('every field has a comment, and the comment its default', (t) => {
  const fields = documented().filter((each) =>
    /^(v|integer|size|duration|text|flag|choice|oneOf|\w+\()/.test(each.source),
  );
  t.true(fields.length > 60);
  for (const { name, comment, source } of fields) {
    if (name === 'kind' || /^(idle|interval|count|spin|initial|maximum): '/.test(source)) continue;
    t.regex(comment, /^\/\*\*/, `${name} has no comment`);
    const value =
      /v\.optional\([\s\S]*?,\s*('[^']*'|\{[^}]*\}|\[[^\]]*\]|true|false|[\d_xo]+),?\s*\)$/.exec(
        source,
      )?.[1];
    if (value === undefined || value === '{}') continue;
    const shown = value.replace(/,\s*\}$/, ' }');
    t.true(
      comment.includes(`@default ${shown}`) || comment.includes(`(${shown})`),
      `${name}: ${shown}`,
    );
  }
});

test('the editor shows the comments of options inside a call of a helper', (t) => {
  const project = new Project({
    tsConfigFilePath: join(root, 'tsconfig.json'),
    skipAddingFilesFromTsConfig: true,
  });
  const source = project.createSourceFile(
    join(root, 'test/generator/hover.ts'),
    "import { defineLoom, tcp } from '../../generator/define.ts';\n" +
      "defineLoom({ name: 'x', reactors: { main: { core: 1 } },\n" +
      "  fds: { a: tcp('h:1', { on: 'main', connectTimeout: '5s', writeQueue: '64K' }) } });\n",
  );
  for (const [name, expected] of [
    ['connectTimeout', /Time limit of one attempt to connect/],
    ['writeQueue', /write queue, a power of two/],
    ['core', /Core that its thread is pinned to/],
    ['reactors', /Event loops/],
  ] as const) {
    const property = source
      .getDescendantsOfKind(SyntaxKind.PropertyAssignment)
      .find((each) => each.getName() === name);
    const service = project.getLanguageService().compilerObject;
    const info = service.getQuickInfoAtPosition(source.getFilePath(), property?.getStart() ?? 0);
    t.regex((info?.documentation ?? []).map((each) => each.text).join(''), expected, name);
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
  const keys = capabilities.map((each) => `${each.backend} ${each.operation}`);
  t.is(new Set(keys).size, keys.length);
  t.is(keys.length, 4 * 9);
  t.deepEqual(availablePlatforms, ['linux']);
  t.deepEqual(backendsOf('linux'), ['io_uring', 'epoll']);
  t.is(minimumKernel('io_uring'), '6.1');
  t.is(minimumKernel('epoll'), '2.6.28');
  t.is(minimumKernel('kqueue'), null);
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
