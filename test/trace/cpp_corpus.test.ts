/**
 * The corpus of C++ headers, traced: compiled by both compilers without a warning, it does what the
 * headers as they are do, and every zone closes in the order in which it was opened.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { openCppTree } from '../../generator/trace/cpp_tree.ts';
import { traceCpp } from '../../generator/trace/cpp_zones.ts';
import { everything } from '../../generator/trace/rules.ts';
import { formsHeader, writtenForms } from './cpp_forms.ts';
import { type Recording, recorder, root } from './traced_program.ts';

const run = promisify(execFile);
const corpus = fileURLToPath(new URL('corpus/', import.meta.url));
const parser = await openCppTree();

const folder = mkdtempSync(join(tmpdir(), 'loom-corpus-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const statement = / LOOM_(?:ZONE\(|COROUTINE_ZONE\(\w+, )"(?:[^"\\]|\\.)*", 0x[0-9a-f]{6}\);/g;
const forms = writtenForms();
const sources = new Map<string, string>([['forms.hpp', formsHeader(forms)]]);
for (const name of readdirSync(corpus)) {
  if (name.endsWith('.hpp')) sources.set(name, readFileSync(join(corpus, name), 'utf8'));
}

const traced = new Map(
  [...sources].map(([name, text]) => {
    const path = join(corpus, name);
    return [name, traceCpp(parser, text, { path, rules: everything })] as const;
  }),
);

/** A copy, or its original, as it is without zones; parentheses and attributes do not count. */
function withoutZones(text: string): string {
  const own = text.replace(/^#include "loom\/trace.hpp"\r?\n#line 1 .*\r?\n/, '');
  const bare = own
    .replaceAll(statement, '')
    .replaceAll(/\(void\(loom_zone_of_\d+\.pause\(\)\), /g, '');
  return bare.replaceAll(/\)|\[\[\s*(?:loom::no_trace)?\s*\]\]/g, '');
}

/** Compiles the corpus from a folder of headers and gives what it says. */
async function behaviour(
  compiler: string,
  headers: Iterable<readonly [string, string]>,
  more: readonly string[] = [],
) {
  const place = mkdtempSync(join(folder, 'build-'));
  for (const [name, text] of headers) writeFileSync(join(place, name), text);
  writeFileSync(join(place, 'main.cpp'), readFileSync(join(corpus, 'main.cpp')));
  const program = join(place, 'corpus');
  const warnings = ['-Wall', '-Wextra', '-Wno-misleading-indentation', '-Werror'];
  const flags = ['-std=c++20', ...warnings, ...more];
  await run(compiler, [...flags, 'main.cpp', '-o', program], { cwd: place });
  const environment = { ...process.env, TRACE_RECORDING: join(place, 'recording.json') };
  const { stdout } = await run(program, { cwd: place, env: environment });
  return { stdout, recording: environment.TRACE_RECORDING };
}

/** What a profiling build compiles with, over the recorder. */
const profiling = [
  ...['-DTRACY_ENABLE', '-DTRACY_ON_DEMAND', '-DTRACY_FIBERS'],
  ...['-I', recorder, '-I', join(root, 'templates/trace'), join(corpus, 'connect.cpp')],
];

for (const compiler of ['g++', 'clang++']) {
  test.serial(`${compiler} compiles the copies, and they do what the headers do`, async (t) => {
    const plain = await behaviour(compiler, sources);
    const copies = [...traced].map(([name, { text }]) => [name, text] as const);
    const copy = await behaviour(compiler, copies, profiling);
    t.is(copy.stdout, plain.stdout);
    t.true(plain.stdout.length > 1000);
    const recording = JSON.parse(readFileSync(copy.recording, 'utf8')) as Recording;
    t.deepEqual(recording.faults, []);
    t.deepEqual(recording.open, []);
    // Whatever was called and may have a zone had one.
    const names = new Set(Object.values(recording.zones).flatMap((each) => Object.keys(each)));
    const wanted = forms.flatMap(({ zone }) => (zone === null ? [] : [`corpus::forms::${zone}`]));
    t.deepEqual(
      wanted.filter((name) => !names.has(name)),
      [],
    );
    t.true(names.has('corpus::coroutines::nested'));
  });
}

test('nearly every function of the corpus is traced, and what is not says why', (t) => {
  const zones = [...traced.values()].flatMap((each) => each.zones);
  t.true(zones.length > 350, `${zones.length} zones`);
  const left = [...traced].flatMap(([file, { warnings }]) =>
    warnings.map(({ name, why }) => `${file} ${name}: ${why}`),
  );
  const hidden = ['repeats', 'awaits', 'constructs', 'says', 'island'];
  t.deepEqual(left, [
    ...hidden.map((name) => `hidden.hpp corpus::hidden::${name}: suspends`),
    'preprocessor.hpp split: branches',
  ]);
});

test('a copy of a copy is the copy, and lines stay where they were', (t) => {
  for (const [name, { text }] of traced) {
    const path = join(corpus, name);
    t.is(traceCpp(parser, text, { path, rules: everything }).text, text);
    t.is(withoutZones(text), withoutZones(sources.get(name) ?? ''));
  }
});

test('whatever a text is, its copy holds the same lines and nothing is thrown', (t) => {
  const texts = [...sources.values()].map((text) => text.replaceAll('[[loom::no_trace]]', ''));
  const cut = fc.record({
    text: fc.constantFrom(...texts),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(400),
    instead: fc.constantFrom(
      '',
      '{',
      '}',
      '(',
      ';',
      '"',
      "'",
      'R"(',
      '/*',
      '//',
      '#if 0\n',
      '<',
      '\\',
    ),
  });
  const property = fc.property(cut, ({ text, from, length, instead }) => {
    const at = Math.floor(from * text.length);
    const part = text.slice(Math.max(0, at - 4000), at + 4000);
    const middle = Math.min(at, 4000);
    const broken = part.slice(0, middle) + instead + part.slice(middle + length);
    const once = traceCpp(parser, broken, { path: 'broken.hpp', rules: everything });
    t.is(withoutZones(once.text), withoutZones(broken));
    t.is(traceCpp(parser, once.text, { path: 'broken.hpp', rules: everything }).text, once.text);
  });
  fc.assert(property, { numRuns: 100 });
});
