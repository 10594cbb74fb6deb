/** write: whole or not at all, only what changed, and nobody else's files. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'ava';
import { folderDiagnostic } from '../../generator/commands/folder_diagnostic.ts';
import { manifestName, manifestText, plan } from '../../generator/plan.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';
import { FolderError, observe, write } from '../../generator/write.ts';
import { emptyFolder, filesBelow, loomgen, matchesFixture, project } from './workspace.ts';

/** Plans and writes a set of files with its manifest. */
function put(out: string, texts: Record<string, string>): void {
  const files = new Map(Object.entries(texts));
  files.set(manifestName, manifestText(files));
  write(out, plan(files, observe(out, files.keys())), files);
}

test('files arrive as they are, and a second time nothing is touched', (t) => {
  const out = join(emptyFolder(t), 'deep', 'out');
  put(out, { 'src/a.hpp': 'one\n', 'map.txt': 'two\n' });
  t.is(readFileSync(join(out, 'src/a.hpp'), 'utf8'), 'one\n');
  const before = statSync(join(out, 'src/a.hpp'));
  put(out, { 'src/a.hpp': 'one\n', 'map.txt': 'changed\n' });
  t.is(statSync(join(out, 'src/a.hpp')).ino, before.ino);
  t.is(readFileSync(join(out, 'map.txt'), 'utf8'), 'changed\n');
  t.false([...filesBelow(out).keys()].some((path) => path.endsWith('.tmp')));
});

test('an orphan goes, and the folder it leaves empty', (t) => {
  const out = emptyFolder(t);
  put(out, { 'src/checks/A.hpp': 'a\n', 'src/main.hpp': 'b\n' });
  put(out, { 'src/main.hpp': 'b\n' });
  t.false(existsSync(join(out, 'src/checks')));
  t.true(existsSync(join(out, 'src/main.hpp')));
});

test('an edited orphan and a stranger stay', (t) => {
  const out = emptyFolder(t);
  put(out, { 'src/a.hpp': 'a\n', 'src/b.hpp': 'b\n' });
  writeFileSync(join(out, 'src/a.hpp'), 'mine\n');
  writeFileSync(join(out, 'src/notes.txt'), 'mine too\n');
  put(out, { 'src/b.hpp': 'b\n' });
  t.is(readFileSync(join(out, 'src/a.hpp'), 'utf8'), 'mine\n');
  t.is(readFileSync(join(out, 'src/notes.txt'), 'utf8'), 'mine too\n');
});

test('when one file cannot be written, none is', (t) => {
  const out = emptyFolder(t);
  put(out, { 'a.txt': 'old\n' });
  writeFileSync(join(out, 'blocked'), 'a file where a folder should be\n');
  const error = t.throws(
    () => put(out, { 'a.txt': 'new\n', 'blocked/b.txt': 'b\n', 'c/d.txt': 'd\n' }),
    {
      instanceOf: FolderError,
    },
  );
  t.true(error.path.startsWith(out));
  t.is(readFileSync(join(out, 'a.txt'), 'utf8'), 'old\n');
  t.deepEqual(readdirSync(out).sort(), ['a.txt', 'blocked', manifestName].sort());
});

test('an output folder below a file is a diagnostic', (t) => {
  const folder = project(t);
  const run = loomgen(folder, ['build', '--no-compile', '--out', 'small.hpp/out']);
  t.is(run.status, 2);
  matchesFixture(t, 'LOOM2009-file', 'write', run.stderr);
});

/** Runs `act` as a user who is not root; root may write anywhere. */
function asSomebody(act: () => void): void {
  const nobody = 65534;
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(nobody);
  try {
    act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('a read-only output folder is a diagnostic, and nothing changes', (t) => {
  const out = join(emptyFolder(t), 'out');
  mkdirSync(out);
  chmodSync(dirname(out), 0o755);
  chmodSync(out, 0o555);
  const error = t.throws(() => asSomebody(() => put(out, { 'a.txt': 'a', 'b/c.txt': 'c' })), {
    instanceOf: FolderError,
  });
  t.deepEqual(readdirSync(out), []);
  const shown = renderDiagnostics([folderDiagnostic(error, out)], { color: false });
  const text = shown.replaceAll(relative(process.cwd(), out), 'out').replaceAll(out, 'out');
  matchesFixture(t, 'LOOM2009-read-only', 'write', text);
});
