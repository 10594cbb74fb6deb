/**
 * TypeScript with zones does what it did before: the corpus in test/cases/trace-typescript is run
 * as it is and as it is traced, by two compilers. In every place where a function of it logs, the
 * innermost open zone is that of this function.
 */
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { everything } from '../../generator/trace/rules.ts';
import { traceTypeScript } from '../../generator/trace/typescript.ts';
import { loadPair, runBoth } from './typescript_run.ts';

const corpus = new URL('../cases/trace-typescript/', import.meta.url);
const files = readdirSync(corpus).sort();
const textOf = (file: string): string => readFileSync(new URL(file, corpus), 'utf8');
const options = { rules: everything, runtime: './trace.ts' };

process.setSourceMapsEnabled(true);

for (const compiler of ['esbuild', 'typescript'] as const) {
  for (const file of files) {
    test.serial(
      `${file} by ${compiler} does the same with zones, and they are balanced`,
      async (t) => {
        const pair = await loadPair(file, textOf(file), compiler);
        for (const name of Object.keys(pair.original)) {
          const { plain, zoned, faults, begun } = await runBoth(pair, name);
          t.deepEqual(zoned, plain, name);
          t.deepEqual(faults, [], name);
          t.is(begun > 0, !/^(?:silenced|duplicated)/.test(name), `${name}: ${begun} zones`);
        }
      },
    );
  }
}

test('the corpus has more than two hundred functions, and names the one that gets no zone', (t) => {
  const traced = files.map((path) => traceTypeScript(textOf(path), { ...options, path }));
  t.true(traced.flatMap(({ zones }) => zones).length > 200);
  t.deepEqual(
    traced.flatMap(({ warnings }) => warnings).map(({ code, message }) => [code, message]),
    [['LOOM7211', "duplicated gets no zone: it declares 'twice' twice."]],
  );
});

test('twice is once', (t) => {
  for (const path of files) {
    const once = traceTypeScript(textOf(path), { ...options, path });
    const twice = traceTypeScript(once.text, { ...options, path });
    t.is(twice.text, once.text);
    t.deepEqual(twice.warnings, []);
  }
});
