/**
 * What the transform of TypeScript makes of texts: names, rules, lines, source maps, and what it
 * leaves alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { renderDiagnostics } from '../../generator/report/render.ts';
import { traceBindings } from '../../generator/trace/bindings.ts';
import { everything, type TraceRules } from '../../generator/trace/rules.ts';
import { inlineMap, traceTypeScript } from '../../generator/trace/typescript.ts';
import { copyTypeScript } from '../../generator/trace/typescript_copies.ts';

function trace(text: string, rules: Partial<TraceRules> = {}, path = 'main.ts') {
  return traceTypeScript(text, { path, rules: { ...everything, ...rules }, runtime: './trace.ts' });
}

const namesOf = (text: string, rules: Partial<TraceRules> = {}): string[] =>
  trace(text, rules).zones.map(({ name }) => name);

test('names are as a person would write them', (t) => {
  const text = `
    export class Book { #a() {} get best() { return 1; } constructor() {} static { } f = () => 1; }
    const api = { load() {}, 'a b': () => 1, deep: { get x() { return 1; } } };
    function main() { server.on('close', () => { setTimeout(() => 1); }); [1].map((x) => x); }
    namespace Feed { export function parse() {} }
    export default function () {}
    const C = class { m() { return { then() {} }; } }; this.x = () => 1; (() => 1)();
  `;
  t.deepEqual(namesOf(text), [
    'Book.#a',
    'get Book.best',
    'new Book',
    'static Book',
    'Book.f',
    'api.load',
    "api['a b']",
    'get api.deep.x',
    'main',
    "main > server.on('close')",
    "main > server.on('close') > setTimeout(...)",
    'main > .map(...)',
    'Feed.parse',
    'default',
    'C.m',
    'C.m > then',
    'x',
    '(anonymous)',
  ]);
});

test('a name with quotes, a backslash or a line separator is still one string', (t) => {
  const text = 'const o = { \'"\\\\\\n\'() {}, "it\'s"() {}, "\u2028"() {} };';
  const { text: traced, zones } = trace(text);
  const table = /registered|loom\$register\("main.ts", (\[.*\])\)\) \+ zone/.exec(traced)?.[1];
  t.deepEqual(
    (JSON.parse(table ?? '') as [string][]).map(([name]) => name),
    zones.map(({ name }) => name),
  );
  t.is(trace(traced).text, traced);
});

test('the rules of the config choose by path, name and length, and colour', (t) => {
  const text = 'class Book { a() {} b() {\n} }\nfunction c() {\n\n}\n';
  t.deepEqual(namesOf(text, { include: ['Book.*'] }), ['Book.a', 'Book.b']);
  t.deepEqual(namesOf(text, { exclude: ['*.a', 'c'] }), ['Book.b']);
  t.deepEqual(namesOf(text, { include: ['other/**'] }), []);
  t.deepEqual(namesOf(text, { include: ['**/main.ts'] }), ['Book.a', 'Book.b', 'c']);
  t.deepEqual(namesOf(text, { minimumBodyLines: 2 }), ['Book.b', 'c']);
  t.deepEqual(namesOf(text, { minimumBodyLines: 3 }), ['c']);
  const { zones } = trace(text, { colours: new Map([['Book', 0xff0000]]) });
  t.deepEqual(zones, [
    { name: 'Book.a', line: 1, colour: 0xff0000 },
    { name: 'Book.b', line: 1, colour: 0xff0000 },
    { name: 'c', line: 3, colour: 0 },
  ]);
});

test('a comment keeps zones out of one function', (t) => {
  const text = `
    /* loom: no trace */ function a() {}
    // loom: no trace
    export const b = () => 1, c = () => 2;
    class D { /* loom: no trace */ e() {} f() { /* loom: no trace */ } g() {
      // loom: no trace
    } h() {} }
    const o = { /* loom: no trace */ i: () => 1, j: () => 1 }; // loom: no trace
    function k() {}
  `;
  t.deepEqual(namesOf(text), ['D.h', 'o.j', 'k']);
});

test('what has no function is not touched, and neither is what cannot be traced', (t) => {
  for (const text of ['', '// nothing\n', 'export type A = () => void;\n', 'export const a = 1;']) {
    t.deepEqual([trace(text).text, trace(text).warnings], [text, []]);
  }
  for (const path of ['a.cts', 'a.cjs', 'a.d.ts', 'a.json']) {
    const { text, warnings } = trace('function f() {}', {}, path);
    t.deepEqual([text, warnings.map(({ code }) => code)], ['function f() {}', ['LOOM7210']], path);
  }
  for (const path of ['a.ts', 'a.mts', 'a.tsx', 'a.js', 'a.mjs', 'a.jsx', 'b/c.d.e.ts']) {
    t.is(trace('function f() {}', {}, path).zones.length, 1, path);
  }
});

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../cases/diagnostics/${name}/`, import.meta.url));

test('what is not traced is said as a warning, with its place', (t) => {
  const names = ['LOOM7210-syntax', 'LOOM7211-twice', 'LOOM7211-head', 'LOOM7212-place'];
  for (const name of names) {
    const directory = fixture(name);
    const sources = new Map([[`${directory}main.ts`, readFileSync(`${directory}main.ts`, 'utf8')]]);
    const out = { plainOut: `${directory}out`, traceOut: `${directory}out-trace` };
    const given = { sources, folder: directory, ...out, rules: everything };
    const { files, diagnostics } = copyTypeScript(given);
    const copy = files.get('typescript/main.ts');
    t.is(copy === undefined, name === 'LOOM7210-syntax');
    t.is(copy?.includes('loom$') === true, /twice|place/.test(name), name);
    const said = renderDiagnostics(diagnostics, { directory, color: false });
    if (process.env.UPDATE_FIXTURES === '1') writeFileSync(`${directory}expected.txt`, said);
    t.is(said, readFileSync(`${directory}expected.txt`, 'utf8'));
  }
});

test('every line stays where it is, whatever ends it', (t) => {
  const text =
    '#!/usr/bin/env node\n// @ts-nocheck\n\'use strict\'\nimport "a"\nfunction f() {\n}\n';
  for (const end of ['\n', '\r\n']) {
    const lines = text.replaceAll('\n', end).split('\n');
    const traced = trace(text.replaceAll('\n', end)).text.split('\n');
    for (const [index, line] of lines.entries()) {
      if (line.startsWith('import')) t.true(traced[index]?.endsWith(line), line);
      else t.true(traced[index]?.startsWith(line.trimEnd().slice(0, 12)), line);
    }
    t.is(traced.length, lines.length + 2);
  }
});

test('a byte order mark stays first', (t) => {
  t.regex(trace('\uFEFFfunction f() {}').text, /^\uFEFFimport .*; function f/);
});

test('the source map leads back to the very character', (t) => {
  const text = "const a = async () => {\n  await b(); throw new Error('x');\n};\nlet z = a;\n";
  const { text: traced, map } = trace(text);
  const found = new SourceMap({ ...map, file: '', sourceRoot: '', sourcesContent: [] } as never);
  for (const word of ['b()', 'throw', 'new Error', 'z = a']) {
    const before = (where: string) => where.slice(0, where.indexOf(word)).split('\n');
    const at = (where: string) => [before(where).length - 1, before(where).at(-1)?.length ?? 0];
    const [line = 0, column = 0] = at(traced);
    const { originalLine, originalColumn } = found.findEntry(line, column) as never;
    t.deepEqual([originalLine, originalColumn], at(text), word);
  }
});

test('a source without a line end at its end gets its map on a line of its own', (t) => {
  const map = { version: 3, sources: [], names: [], mappings: '' };
  t.regex(inlineMap({ text: 'a // b', map }, 'a.ts'), /^a \/\/ b\n\/\/# sourceMappingURL=.*\n$/);
});

test('the bindings of a profiling build hand their addon to the zones', (t) => {
  const url = new URL('../../templates/bindings/native.ts', import.meta.url);
  const files = new Map([['bindings/loom/native.ts', readFileSync(url, 'utf8')]]);
  traceBindings(files);
  const native = files.get('bindings/loom/native.ts') ?? '';
  t.true(native.includes("import { connectTrace } from './trace.ts';\n"));
  t.true(native.includes('  connectTrace(addon);\n  return addon;\n'));
  t.true(files.get('bindings/loom/trace.ts')?.includes('export function connectTrace('));
  const other = new Map([['bindings/loom/native.ts', native.replace('  return addon;\n', '')]]);
  t.throws(() => traceBindings(other), { message: /has not exactly one/ });
});
