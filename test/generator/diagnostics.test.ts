/**
 * Every diagnostic code has a fixture with its exact text in test/cases/diagnostics/CODE-slug/: a
 * config and expected.txt. UPDATE_FIXTURES=1 writes the texts anew. A folder whose run.json says
 * `"by": "…"` is run by the test of that name (`test/generator/….test.ts`); here it only counts.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { type CodeEntry, codes } from '../../schemas/codes.ts';
import { runtimeCodes } from '../../schemas/codes_runtime.ts';
import { explain } from '../../generator/report/explain.ts';
import { type FrontRun, frontText } from './front.ts';

const root = fileURLToPath(new URL('../cases/diagnostics/', import.meta.url));
const update = process.env.UPDATE_FIXTURES === '1';
const folders = readdirSync(root).sort();

/** A file, or the files of a folder. */
function sources(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).map((name) => join(path, name));
}

function readRun(folder: string): FrontRun & { by?: string } {
  const file = join(root, folder, 'run.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

for (const folder of folders) {
  const run = readRun(folder);
  const expectedFile = join(root, folder, 'expected.txt');
  if (run.by !== undefined) {
    test(`${folder} belongs to ${run.by}.test.ts and has a text`, (t) => {
      t.true(existsSync(join(root, '..', '..', 'generator', `${run.by}.test.ts`)));
      t.true(readFileSync(expectedFile, 'utf8').includes(folder.slice(0, 8)));
    });
    continue;
  }
  // One at a time: sixty threads at once would meet their deadlines on a small machine.
  test.serial(`${folder} says exactly what is wrong`, async (t) => {
    const text = await frontText(join(root, folder, run.config ?? 'loom.config.ts'), run);
    if (update) writeFileSync(expectedFile, text);
    t.is(text, readFileSync(expectedFile, 'utf8'));
    t.regex(text, new RegExp(`^(?:error|warning) ${folder.slice(0, 8)}: `, 'm'));
  });
}

test('every code has a fixture, and every fixture a code', (t) => {
  const covered = new Set(folders.map((folder) => folder.slice(0, 8)));
  t.deepEqual(
    Object.keys(codes).filter((code) => !covered.has(code)),
    [],
  );
  t.deepEqual(
    [...covered].filter((code) => !(code in codes)),
    [],
  );
});

test('the holes of every text are those that are declared', (t) => {
  for (const [code, entry] of Object.entries<CodeEntry>(codes)) {
    const texts = `${entry.what} ${entry.why} ${entry.fix}`;
    const used = [...texts.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    t.deepEqual([...new Set(used)].sort(), [...entry.holes].sort(), code);
    t.false(/\{\w+\}/.test(entry.title), `${code}: a title has no holes`);
  }
});

test('every code says what, why and how to fix it, in sentences', (t) => {
  const titles = new Set<string>();
  for (const [code, entry] of Object.entries<CodeEntry>(codes)) {
    t.regex(code, /^LOOM(?:1[0-9]|20|7[0-2]|90)\d\d$/);
    t.false(titles.has(entry.title), `${code}: "${entry.title}" is another code's title`);
    titles.add(entry.title);
    t.notRegex(entry.title, /\.$/, code);
    for (const sentence of [entry.why, entry.explanation]) t.true(sentence.length > 15, code);
    t.regex(entry.why, /[.:]$/, code);
    t.true(
      entry.explanation.split('\n').every((line) => line.length <= 100),
      code,
    );
  }
});

test('every error of a running program can be explained, and no other', (t) => {
  const text = ['templates/runtime/loom/error.hpp', 'templates/bindings']
    .flatMap((path) => sources(join(root, '..', '..', '..', path)))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const raised = new Set(text.match(/(?<=["'])LOOM[56]0\d\d(?=["'])/g));
  t.deepEqual([...raised].sort(), Object.keys(runtimeCodes).sort());
  for (const code of [...raised, ...Object.keys(codes)]) {
    const explained = explain(code.toLowerCase());
    t.true('text' in explained && explained.text.startsWith(`${code} (`), code);
  }
  const unknown = explain('LOOM1998');
  t.is('unknown' in unknown && unknown.unknown.code, 'LOOM2015');
});
