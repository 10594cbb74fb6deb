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
import { openCppTree } from '../../generator/trace/cpp_tree.ts';
import { traceCpp } from '../../generator/trace/cpp_zones.ts';
import { everything } from '../../generator/trace/rules.ts';
import { formsHeader, writtenForms } from './cpp_forms.ts';

const run = promisify(execFile);
const corpus = fileURLToPath(new URL('corpus/', import.meta.url));
const recorder = fileURLToPath(new URL('zones/', import.meta.url));
const parser = await openCppTree();

const folder = mkdtempSync(join(tmpdir(), 'loom-corpus-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const statement = / LOOM_ZONE\("(?:[^"\\]|\\.)*", 0x[0-9a-f]{6}\);/g;
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

/** Compiles the corpus from a folder of headers and gives what it says. */
async function behaviour(compiler: string, headers: Iterable<readonly [string, string]>) {
  const place = mkdtempSync(join(folder, 'build-'));
  for (const [name, text] of headers) writeFileSync(join(place, name), text);
  writeFileSync(join(place, 'main.cpp'), readFileSync(join(corpus, 'main.cpp')));
  const program = join(place, 'corpus');
  const warnings = ['-Wall', '-Wextra', '-Wno-misleading-indentation', '-Werror'];
  const flags = ['-std=c++20', ...warnings, '-I', recorder];
  await run(compiler, [...flags, 'main.cpp', '-o', program], { cwd: place });
  return run(program, { cwd: place });
}

for (const compiler of ['g++', 'clang++']) {
  test.serial(`${compiler} compiles the copies, and they do what the headers do`, async (t) => {
    const plain = await behaviour(compiler, sources);
    const copy = await behaviour(
      compiler,
      [...traced].map(([name, { text }]) => [name, text] as const),
    );
    t.is(copy.stdout, plain.stdout);
    t.true(plain.stdout.length > 1000);
    const opened = copy.stderr.trimEnd().split('\n');
    t.false(opened.includes('a zone stayed open'));
    // Whatever was called and may have a zone had one.
    const names = new Set(opened.map((line) => line.replace(/^\d+ /, '')));
    const wanted = forms.flatMap(({ zone }) => (zone === null ? [] : [`corpus::forms::${zone}`]));
    t.deepEqual(
      wanted.filter((name) => !names.has(name)),
      [],
    );
  });
}

test('nearly every function of the corpus is traced, and what is not says why', (t) => {
  const zones = [...traced.values()].flatMap((each) => each.zones);
  t.true(zones.length > 350, `${zones.length} zones`);
  const left = [...traced].flatMap(([file, { warnings }]) =>
    warnings.map(({ name, why }) => `${file} ${name}: ${why}`),
  );
  t.deepEqual(left, [
    'lambdas.hpp corpus::lambdas::numbers: coroutine',
    'lambdas.hpp corpus::lambdas::awaits: coroutine',
    'preprocessor.hpp split: branches',
  ]);
});

test('a copy of a copy is the copy, and lines stay where they were', (t) => {
  for (const [name, { text }] of traced) {
    const path = join(corpus, name);
    t.is(traceCpp(parser, text, { path, rules: everything }).text, text);
    const lines = text.split('\n').slice(2);
    const before = (sources.get(name) ?? '').split('\n');
    t.is(lines.length, before.length);
    for (const [at, line] of lines.entries()) {
      t.is(line.replace(statement, ''), before[at] ?? '');
    }
  }
});
