/**
 * No dead files: every module is imported by something, every runtime header included by something,
 * every template rendered or included by something. A test does not keep alive what only it uses.
 */

import { dirname, join, normalize } from 'node:path';
import test from 'ava';
import ts from 'typescript';
import { parse, walk } from './functions.ts';
import type { Source } from './sources.ts';
import { isCopy, isEmitted, isFixture, isScript, isTemplate, sources } from './sources.ts';

/** Files that something outside the module graph starts or reads. */
const entries = [
  /^bin\//,
  /^generator\/index\.ts$/,
  /^setup\/main\.mjs$/,
  /^test\/run\.ts$/,
  /\.test\.ts$/,
  // Type tests: the compiler is their reader.
  /^test\/.*_types\.ts$/,
  // Configs are given to loomgen; each example has a main; init copies what is in its folder.
  /(?:^|\/)loom\.config\.ts$/,
  /^examples\/[^/]+\/main\.ts$/,
  /^templates\/init\//,
];

/** Relative imports of a module, dynamic ones and `new URL('./x', import.meta.url)` included. */
function* importsOf(source: Source): Generator<string> {
  for (const node of walk(parse(source))) {
    if (!ts.isStringLiteralLike(node) || !/^\.\.?\//.test(node.text)) continue;
    yield normalize(join(dirname(source.path), node.text));
  }
}

/** Modules that something started by a command mentions, directly or not. */
function reachable(modules: ReadonlyMap<string, Source>): Set<string> {
  const seen = new Set<string>();
  const open = [...modules.keys()].filter((path) => entries.some((entry) => entry.test(path)));
  // What is named in package.json or in another file's text as a command is started from there.
  const commands = sources.filter(({ path }) => /(?:package\.json|jobs\.mjs)$/.test(path));
  open.push(...[...modules.keys()].filter((path) => commands.some((c) => c.text.includes(path))));
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const module = modules.get(path);
    if (!module || seen.has(path)) continue;
    seen.add(path);
    open.push(...importsOf(module));
  }
  return seen;
}

test('every module is reached from something that is started', (t) => {
  const scripts = sources.filter(isScript);
  const emitted = sources.filter(
    (source) => isEmitted(source) && /bindings\/.*\.ts$/.test(source.path),
  );
  const modules = new Map([...scripts, ...emitted].map((source) => [source.path, source]));
  const alive = reachable(modules);
  // The bindings' templates are reached as the copies that emitted output imports.
  const copies = emitted.filter(isCopy).flatMap(({ path }) => {
    const name = path.split('/bindings/loom/')[1] ?? '';
    return alive.has(path) || emitted.some((other) => other.text.includes(`./loom/${name}`))
      ? [`templates/bindings/${name}`]
      : [];
  });
  for (const path of copies) alive.add(path);
  for (const path of copies) {
    const module = modules.get(path);
    if (module) for (const imported of importsOf(module)) alive.add(imported);
  }
  const dead = scripts.map(({ path }) => path).filter((path) => !alive.has(path));
  t.deepEqual(dead, []);
});

test('every runtime header is included by something that is not a test', (t) => {
  const including = sources.filter(
    (source) => !isFixture(source) && !isCopy(source) && !source.path.startsWith('test/'),
  );
  const included = new Set<string>();
  for (const { path, text } of including) {
    for (const [, name = ''] of text.matchAll(/#include [<"]([\w./]+)[>"]/g)) {
      included.add(normalize(join('templates/runtime', name)));
      included.add(normalize(join(dirname(path), name)));
    }
  }
  const headers = sources
    .map(({ path }) => path)
    .filter((path) => /^templates\/runtime\/.*\.hpp$/.test(path));
  t.true(headers.length > 0);
  t.deepEqual(
    headers.filter((path) => !included.has(path)),
    [],
  );
});

test('every template is rendered or included', (t) => {
  const users = sources.filter((source) => isScript(source) || isTemplate(source));
  const unused = sources.filter(isTemplate).filter(({ path }) => {
    const name = path.replace(/^templates\//, '').replace(/\.hbs$/, '');
    const mention = new RegExp(
      `(?:['"\`]|\\{\\{#?> ?)(?:templates/)?${name}(?:\\.hbs)?(?:['"\`]|[\\s}])`,
    );
    return !users.some((user) => user.path !== path && mention.test(user.text));
  });
  t.deepEqual(
    unused.map(({ path }) => path),
    [],
  );
});
