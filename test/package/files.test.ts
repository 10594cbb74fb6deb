/** What compiling adds to an output folder, without compiling: dist/, prebuilds/, their stamp. */
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  isPackaged,
  type PackageFolder,
  removePackage,
  StrangerError,
  writePackage,
} from '../../generator/package_files.ts';
import { transpile } from '../../generator/transpile.ts';
import { FolderError } from '../../generator/write.ts';
import { prebuildFolder, thisMachine } from '../../templates/bindings/prebuilds.ts';
import { emptyFolder, filesBelow } from '../generator/workspace.ts';

const sources = new Map([
  ['bindings/index.ts', "export { open } from './loom/open.ts';\n"],
  ['bindings/loom/open.ts', 'export const open = (): string => import.meta.url;\n'],
  ['src/program.cpp', 'int main() {}\n'],
]);

/** Where this machine's prebuild goes. */
const prebuild = `prebuilds/${prebuildFolder(thisMachine())}/small.node`;

/** An output folder whose addon was compiled. */
function compiled(t: ExecutionContext, parts: Partial<PackageFolder> = {}): PackageFolder {
  const out = emptyFolder(t);
  mkdirSync(join(out, 'build/release'), { recursive: true });
  writeFileSync(join(out, 'build/release/small.node'), 'machine code');
  const folder = {
    out,
    name: 'small',
    preset: 'release',
    targets: [],
    installation: 'i',
    manifest: 'm',
  } as const;
  return { ...folder, ...parts };
}

test('sources become CommonJS with declarations and maps, and a module that hands them on', (t) => {
  const made = transpile(sources);
  t.deepEqual(
    [...made.keys()],
    [
      ...['dist/index.cjs', 'dist/index.cjs.map', 'dist/index.d.cts', 'dist/index.d.cts.map'],
      ...['dist/index.d.ts', 'dist/index.js', 'dist/loom/open.cjs', 'dist/loom/open.cjs.map'],
      ...['dist/loom/open.d.cts', 'dist/loom/open.d.cts.map'],
    ],
  );
  t.regex(made.get('dist/loom/open.cjs') ?? '', /require\("node:url"\)\.pathToFileURL\(__filename/);
  t.regex(made.get('dist/index.cjs') ?? '', /require\("\.\/loom\/open\.cjs"\)/);
  t.regex(made.get('dist/index.d.cts') ?? '', /^\/\/\/ <reference lib="esnext\.disposable" \/>\n/);
  for (const [path, text] of made) {
    if (!path.endsWith('.map')) {
      if (/\.[dc]/.test(path)) t.false(text.includes(".ts'") || text.includes('.ts"'), path);
      continue;
    }
    const { file, sources: named } = JSON.parse(text);
    t.is(file, path.slice(path.lastIndexOf('/') + 1, -'.map'.length));
    t.true(sources.has(join('dist', path.includes('loom/') ? 'loom' : '.', named[0])), named[0]);
  }
});

test('an export whose type is not written down is refused', (t) => {
  const guess = new Map([['bindings/index.ts', 'export const guess = Math.max(1, 2);\n']]);
  t.throws(() => transpile(guess), { message: /index\.ts: .*type annotation/ });
});

test('a second build writes nothing; another loomgen or another source writes anew', async (t) => {
  const folder = compiled(t);
  t.false(isPackaged(folder));
  await writePackage(folder, sources, false);
  t.true(isPackaged(folder));
  t.is(readFileSync(join(folder.out, prebuild), 'utf8'), 'machine code');
  const index = join(folder.out, 'dist/index.cjs');
  utimesSync(index, 1, 1);
  await writePackage(folder, sources, false);
  t.false(isPackaged({ ...folder, manifest: 'other' }));
  t.false(isPackaged({ ...folder, installation: 'other' }));
  t.false(isPackaged({ ...folder, installation: null }));
  writeFileSync(index, 'broken');
  t.false(isPackaged(folder), 'a file that was changed is made anew');
  await writePackage(folder, sources, false);
  t.true(isPackaged(folder));
  writeFileSync(join(folder.out, 'build/release/small.node'), 'newer code');
  t.false(isPackaged(folder), 'so is a prebuild that is not the last build');
});

test('what is left of an earlier build goes, what belongs to others stays', async (t) => {
  const folder = compiled(t);
  await writePackage(folder, sources, false);
  const other = join(folder.out, 'prebuilds/linux-riscv64/small.node');
  mkdirSync(join(other, '..'), { recursive: true });
  writeFileSync(other, 'of another machine');
  writeFileSync(join(folder.out, 'dist/notes.txt'), 'mine');
  const fewer = new Map([['bindings/index.ts', 'export const one: number = 1;\n']]);
  await writePackage({ ...folder, manifest: 'fewer' }, fewer, false);
  t.false(existsSync(join(folder.out, 'dist/loom')));
  removePackage(folder.out);
  t.deepEqual(
    [...filesBelow(folder.out).keys()].sort(),
    ['build/release/small.node', 'dist/notes.txt', 'prebuilds/linux-riscv64/small.node'].sort(),
  );
});

test("somebody's dist/ is not written over, unless that is asked for", async (t) => {
  const folder = compiled(t);
  mkdirSync(join(folder.out, 'dist'));
  writeFileSync(join(folder.out, 'dist/index.js'), 'mine');
  const error = await t.throwsAsync(writePackage(folder, sources, false), {
    instanceOf: StrangerError,
  });
  t.is(error?.path, 'dist/index.js');
  t.is(readFileSync(join(folder.out, 'dist/index.js'), 'utf8'), 'mine');
  await writePackage(folder, sources, true);
  t.true(isPackaged(folder));
});

test('what a build left that was cut short is loomgen’s', async (t) => {
  const folder = compiled(t);
  const inTheWay = join(folder.out, 'dist/index.js');
  mkdirSync(inTheWay, { recursive: true });
  await t.throwsAsync(writePackage(folder, sources, true), { instanceOf: FolderError });
  t.true(filesBelow(folder.out).size > 1, 'some of it was written');
  rmSync(inTheWay, { recursive: true });
  await writePackage(folder, sources, false);
  t.true(isPackaged(folder));
});

test('the stamp of an earlier version, which knew of one addon, is read', async (t) => {
  const folder = compiled(t);
  await writePackage(folder, sources, false);
  const stamp = join(folder.out, 'dist/loom.stamp.json');
  const { prebuilds, ...rest } = JSON.parse(readFileSync(stamp, 'utf8'));
  writeFileSync(stamp, JSON.stringify({ ...rest, key: 'of then', prebuild: prebuilds[0] }));
  t.false(isPackaged(folder));
  await writePackage(folder, sources, false);
  t.true(isPackaged(folder));
});

test('a stamp cannot make a build remove what is outside of its folder', async (t) => {
  const folder = compiled(t);
  const outside = join(emptyFolder(t), 'precious');
  writeFileSync(outside, 'precious');
  await writePackage(folder, sources, false);
  const stamp = join(folder.out, 'dist/loom.stamp.json');
  const text = JSON.parse(readFileSync(stamp, 'utf8'));
  text.files[`../../../../../../../..${outside}`] = 'x';
  writeFileSync(stamp, JSON.stringify(text));
  removePackage(folder.out);
  t.true(existsSync(outside));
  rmSync(folder.out, { recursive: true });
});

test('a debug build ships nothing; musl has a folder of its own', async (t) => {
  const folder = compiled(t, { preset: 'debug' });
  await writePackage(folder, sources, false);
  t.false(existsSync(join(folder.out, 'prebuilds')));
  t.true(isPackaged(folder));
  const here = thisMachine();
  t.is(prebuildFolder({ ...here, library: 'musl' }), `${process.platform}-${process.arch}-musl`);
  t.is(prebuildFolder({ ...here, library: 'glibc 2.36' }), `${process.platform}-${process.arch}`);
  t.regex(here.library ?? '', /^(?:glibc \d+\.\d+|musl)$/);
});
