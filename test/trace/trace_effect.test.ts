/**
 * Which files the globs of `trace` name, what is said of those that name nothing, and whether the
 * runtime is as the additions of a profiling build expect it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { build } from '../../generator/commands/build.ts';
import { unchangedBuild } from '../../generator/commands/unchanged.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';
import { stampKey } from '../../generator/stamp.ts';
import { namedScripts } from '../../generator/trace/named_files.ts';
import { applyPoint } from '../../generator/trace/points.ts';
import { tracePoints } from '../../schemas/trace_points.ts';
import { emptyFolder, matchesFixture, project, repository } from '../generator/workspace.ts';

/** Writes files below a folder. */
function write(folder: string, ...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
}

/** A project whose config has a `trace`, with a cache of its own. */
function traced(t: ExecutionContext, trace: string): string {
  const directory = project(t);
  mkdirSync(join(directory, 'node_modules'));
  const config = join(directory, 'loom.config.ts');
  const text = readFileSync(config, 'utf8').replace(/\}\);\s*$/, `  trace: ${trace},\n});\n`);
  writeFileSync(config, text);
  return directory;
}

test('globs name scripts, and nothing that loomgen or a package manager wrote', (t) => {
  const folder = emptyFolder(t);
  const sources = ['a.ts', 'b/c.cjs', 'b/d.mts', 'loom.manifest.json'];
  const generated = ['x/bindings/index.ts', 'x/loom.manifest.json', 'y/out/typescript/a.ts'];
  const others = ['b/e.json', 'b/f.d.ts', 'b/g.png', 'node_modules/h/i.ts', '.cache/j.ts'];
  write(folder, ...sources, ...generated, ...others, 'out/k.ts', 'y/out/loom.manifest.json');
  const outs = [join(folder, 'out')];
  const named = namedScripts({ folder, globs: ['**'], outs });
  t.deepEqual(
    named,
    ['a.ts', 'b/c.cjs', 'b/d.mts'].map((path) => join(folder, path)),
  );
  t.deepEqual(namedScripts({ folder, globs: [], outs }), []);
});

test('every addition to the runtime has its place there', (t) => {
  for (const point of tracePoints) {
    const path = join(repository, 'templates/runtime/loom', point.file);
    t.notThrows(() => applyPoint(readFileSync(path, 'utf8'), point), point.file);
  }
});

for (const [fixture, trace] of [
  [
    'LOOM7011-glob',
    "{ sources: ['*.hpp', 'feed/*.hpp'], typescript: ['src/**'], exclude: ['*::size', 'S*::*'] }",
  ],
  ['LOOM7012-colour', '{ colours: { port: 0xff0000, prot: 0x00ff00 } }'],
] as const) {
  test.serial(`${fixture} is said with its place, by a profiling build`, async (t) => {
    const directory = traced(t, trace);
    const { diagnostics, exitCode } = await build({ directory, trace: true, compile: false });
    const said = renderDiagnostics(diagnostics, { directory, color: false });
    matchesFixture(t, fixture, '../trace/trace_effect', said);
    t.is(exitCode, 0);
    const plain = await build({ directory, compile: false });
    t.deepEqual(plain.diagnostics, []);
  });
}

test.serial('a build without changes sees a file that a glob names from now on', async (t) => {
  const directory = traced(t, "{ typescript: ['src/**'] }");
  write(directory, 'src/a.ts');
  const key = stampKey({ config: 'loom.config.ts' }, directory);
  const unchanged = () => unchangedBuild(key, { writes: true, preset: null });
  await build({ directory, compile: false });
  t.not(await unchanged(), null);
  write(directory, 'src/b.json', 'out-trace/typescript/c.ts');
  t.not(await unchanged(), null);
  write(directory, 'src/b.ts');
  t.is(await unchanged(), null);
});
