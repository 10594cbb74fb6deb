/** The command line: exit codes, what goes to stdout and what to stderr, every verb. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { bugDiagnostic } from '../../generator/cli.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';
import {
  emptyFolder,
  filesBelow,
  loomgen,
  matchesFixture,
  project,
  repository,
} from './workspace.ts';

const by = 'cli';

test('build writes, says so on stderr, and has nothing for stdout', (t) => {
  const folder = project(t);
  const first = loomgen(folder, ['build', '--no-compile']);
  t.is(first.status, 0, first.stderr);
  t.is(first.stdout, '');
  t.regex(first.stderr, /^small: \d+ added, 0 the same in out\n$/);
  const second = loomgen(folder, ['build', '--no-compile']);
  t.is(second.status, 0);
  t.regex(second.stderr, /^small: \d+ files up to date in out\n$/);
});

test('--quiet says nothing when all is well', (t) => {
  const run = loomgen(project(t), ['build', '--no-compile', '--quiet']);
  t.deepEqual(run, { status: 0, stdout: '', stderr: '' });
});

test('--verbose names each file on stderr', (t) => {
  const run = loomgen(project(t), ['build', '--no-compile', '--verbose']);
  t.regex(run.stderr, /^add {4}CMakeLists.txt$/m);
  t.is(run.stdout, '');
});

test('--dry-run prints the plan and writes nothing', (t) => {
  const folder = project(t);
  const run = loomgen(folder, ['build', '--dry-run']);
  t.is(run.status, 0, run.stderr);
  t.regex(run.stdout, /^add {4}src\/main.hpp$/m);
  t.false(existsSync(join(folder, 'out')));
});

test('--check says 4 when stale, prints the plan, and writes nothing; 0 after a build', (t) => {
  const folder = project(t);
  const stale = loomgen(folder, ['build', '--check']);
  t.is(stale.status, 4);
  t.regex(stale.stdout, /^add {4}map.txt$/m);
  t.false(existsSync(join(folder, 'out')));
  matchesFixture(t, 'LOOM2010-stale', by, stale.stderr.replace(/: \d+ gen/, ': 9 gen'));
  loomgen(folder, ['build', '--no-compile']);
  const current = loomgen(folder, ['build', '--check', '--quiet']);
  t.deepEqual(current, { status: 0, stdout: '', stderr: '' });
});

test('--json is one document with plan, counts and diagnostics', (t) => {
  const folder = project(t);
  const run = loomgen(folder, ['build', '--check', '--json']);
  t.is(run.status, 4);
  t.is(run.stderr, '');
  const document = JSON.parse(run.stdout);
  t.deepEqual(Object.keys(document), [
    'command',
    'status',
    'exitCode',
    'name',
    'out',
    'plan',
    'written',
    'noStandalone',
    'compiled',
    'targets',
    'diagnostics',
  ]);
  t.is(document.status, 'stale');
  t.is(document.exitCode, 4);
  t.is(document.out, 'out');
  t.is(document.plan.counts.add, document.plan.entries.length);
  t.deepEqual(Object.keys(document.plan.counts), ['add', 'change', 'remove', 'same', 'kept']);
  t.is(document.diagnostics[0].code, 'LOOM2010');
});

test('--json holds diagnostics with places when the config is wrong', (t) => {
  const folder = project(t, '.', "reactor: 'main',");
  const run = loomgen(folder, ['build', '--json']);
  t.is(run.status, 2);
  const document = JSON.parse(run.stdout);
  t.is(document.status, 'failed');
  t.is(document.plan, null);
  t.is(document.diagnostics[0].code, 'LOOM1201');
  t.is(document.diagnostics[0].place.file, 'loom.config.ts');
});

test('a generated file edited by hand is not overwritten without --force', (t) => {
  const folder = project(t);
  loomgen(folder, ['build', '--no-compile']);
  const path = join(folder, 'out/src/main.hpp');
  const generated = readFileSync(path, 'utf8');
  writeFileSync(path, `${generated}// mine\n`);
  const refused = loomgen(folder, ['build', '--no-compile']);
  t.is(refused.status, 2);
  t.is(readFileSync(path, 'utf8'), `${generated}// mine\n`);
  matchesFixture(t, 'LOOM2011-edited', by, refused.stderr);
  t.is(loomgen(folder, ['build', '--check']).status, 4);
  const forced = loomgen(folder, ['build', '--no-compile', '--force']);
  t.is(forced.status, 0, forced.stderr);
  t.is(readFileSync(path, 'utf8'), generated);
});

test('an orphan edited by hand is kept and reported', (t) => {
  const folder = project(t);
  loomgen(folder, ['build', '--no-compile']);
  const path = join(folder, 'out/src/checks/Small.hpp');
  writeFileSync(path, '// mine\n');
  const config = join(folder, 'loom.config.ts');
  const text = readFileSync(config, 'utf8').replace(", handler: 'Small'", '');
  writeFileSync(config, text.replace(/ {2}(channels|messages|handlers): .*\n/g, ''));
  const run = loomgen(folder, ['build', '--no-compile']);
  t.is(run.status, 0, run.stderr);
  t.is(readFileSync(path, 'utf8'), '// mine\n');
  t.false(existsSync(join(folder, 'out/include/small/handlers.hpp')));
  const words = run.stderr.slice(0, run.stderr.indexOf('\nsmall: ') + 1);
  matchesFixture(t, 'LOOM2012-orphan', by, words);
});

test('a file of somebody else in the place of a generated one stops the build', (t) => {
  const folder = project(t);
  writeFileSync(join(folder, 'CMakeLists.txt'), '# theirs\n');
  const before = filesBelow(folder);
  const run = loomgen(folder, ['build', '--no-compile', '--out', '.']);
  t.is(run.status, 2);
  matchesFixture(t, 'LOOM2013-foreign', by, run.stderr);
  t.deepEqual(filesBelow(folder), before);
});

test('--backend narrows and orders, and refuses what the config lacks', (t) => {
  const folder = project(t);
  loomgen(folder, ['build', '--no-compile', '--backend', 'epoll']);
  const program = readFileSync(join(folder, 'out/src/program.cpp'), 'utf8');
  t.regex(program, /backend\/epoll\.hpp/);
  t.notRegex(program, /io_uring/);
  t.notRegex(readFileSync(join(folder, 'out/CMakeLists.txt'), 'utf8'), /liburing/);
  const run = loomgen(folder, ['build', '--no-compile', '--backend', 'kqueue']);
  t.is(run.status, 2);
  matchesFixture(t, 'LOOM2002-backend', by, run.stderr);
});

test('a target that cannot be is refused before anything is written', (t) => {
  const folder = project(t);
  const run = loomgen(folder, ['build', '--target', 'linux-x64,win32-x46']);
  t.is(run.status, 2);
  t.regex(run.stderr, /^error LOOM2001: There is no target 'win32-x46'/);
  t.false(existsSync(join(folder, 'out')));
});

for (const words of [
  ['build', '--nope'],
  ['bild'],
  [],
  ['build', '--release', '--debug'],
  ['explain'],
]) {
  test(`usage: loomgen ${words.join(' ')} says 2`, (t) => {
    const run = loomgen(emptyFolder(t), words);
    t.is(run.status, 2);
    t.is(run.stdout, '');
    t.regex(run.stderr, /^error LOOM2014: /);
  });
}

test('a wrong option has a fixture', (t) => {
  matchesFixture(t, 'LOOM2014-option', by, loomgen(emptyFolder(t), ['build', '--nope']).stderr);
});

test('explain prints an entry on stdout, and knows near misses', (t) => {
  const folder = emptyFolder(t);
  const known = loomgen(folder, ['explain', 'loom2010']);
  t.is(known.status, 0);
  t.regex(known.stdout, /^LOOM2010 \(error\): The output is stale\n/);
  const unknown = loomgen(folder, ['explain', 'LOOM2O10']);
  t.is(unknown.status, 2);
  matchesFixture(t, 'LOOM2015-code', by, unknown.stderr);
});

test('a bug has a diagnostic of its own', async (t) => {
  const error = new Error('the impossible happened');
  error.stack = 'Error: the impossible happened\n    at somewhere';
  const text = renderDiagnostics([await bugDiagnostic(error)], { color: false });
  matchesFixture(t, 'LOOM9001-bug', by, text);
});

test('a working directory that is gone is said with a code', (t) => {
  const folder = join(emptyFolder(t), 'gone');
  mkdirSync(folder);
  const line = 'cd "$1" && rmdir "$1" && exec "$2" "$3" build';
  const given = ['-c', line, 'sh', folder, process.execPath, join(repository, 'bin/loomgen.js')];
  const { status, stderr } = spawnSync('sh', given, { encoding: 'utf8' });
  t.regex(stderr, /LOOM9001/);
  t.is(status, 1);
});

test('inspect prints the map, with --json the representation', (t) => {
  const folder = project(t);
  const map = loomgen(folder, ['inspect']);
  t.is(map.status, 0, map.stderr);
  t.regex(map.stdout, /fds\.port write queues/);
  const ir = JSON.parse(loomgen(folder, ['inspect', '--json']).stdout);
  t.is(ir.name, 'small');
  t.false(existsSync(join(folder, 'out')));
  t.is(loomgen(folder, ['inspect', 'nothing.ts']).status, 2);
});

test('clean removes what build made and keeps what somebody edited', (t) => {
  const folder = project(t);
  loomgen(folder, ['build', '--no-compile']);
  writeFileSync(join(folder, 'out/src/main.hpp'), '// mine\n');
  writeFileSync(join(folder, 'out/notes.txt'), 'mine\n');
  const run = loomgen(folder, ['clean', '--json']);
  t.is(run.status, 0, run.stderr);
  t.is(JSON.parse(run.stdout).diagnostics[0].code, 'LOOM2012');
  t.deepEqual([...filesBelow(join(folder, 'out')).keys()].sort(), ['notes.txt', 'src/main.hpp']);
});

test('clean removes what CMake built, and nothing else in the build folder', (t) => {
  const folder = project(t);
  loomgen(folder, ['build', '--no-compile', '--out', '.']);
  for (const path of ['build/release/CMakeFiles', 'build/notes']) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  writeFileSync(join(folder, 'build/release/CMakeCache.txt'), '');
  writeFileSync(join(folder, 'build/notes/mine.txt'), 'mine\n');
  t.is(loomgen(folder, ['clean', '--out', '.']).status, 0);
  const left = [...filesBelow(folder).keys()].sort();
  t.deepEqual(left, ['build/notes/mine.txt', 'loom.config.ts', 'small.hpp']);
});

test('clean of a folder without a manifest removes nothing', (t) => {
  const folder = project(t);
  const before = filesBelow(folder);
  t.is(loomgen(folder, ['clean', '--out', '.']).status, 0);
  t.deepEqual(filesBelow(folder), before);
});

test('init writes a project that builds, and never overwrites', (t) => {
  const folder = emptyFolder(t);
  const run = loomgen(folder, ['init', 'hello']);
  t.is(run.status, 0, run.stderr);
  t.regex(run.stdout, /^hello\/loom\.config\.ts$/m);
  t.regex(run.stderr, /^next: cd hello && npm install && npx loomgen build$/m);
  const described = JSON.parse(readFileSync(join(folder, 'hello/package.json'), 'utf8'));
  const [, own = ''] = /^file:(.*)$/.exec(described.devDependencies.loomgen) ?? [];
  t.is(resolve(folder, 'hello', own), resolve(repository), 'a checkout names itself');
  const built = loomgen(join(folder, 'hello'), ['build', '--no-compile']);
  t.is(built.status, 0, built.stderr);
  const again = loomgen(folder, ['init', 'hello']);
  t.is(again.status, 2);
  t.regex(again.stderr, /LOOM2013/);
});

test('init keeps a package.json and says what to add to it', (t) => {
  const folder = emptyFolder(t);
  writeFileSync(join(folder, 'package.json'), '{ "name": "mine", "type": "module" }\n');
  const run = loomgen(folder, ['init', '.']);
  t.is(run.status, 0, run.stderr);
  t.regex(run.stderr, /^next: npm install --save-dev \S+ tsx && npx loomgen build$/m);
  t.is(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name, 'mine');
  t.true(readdirSync(folder).includes('loom.config.ts'));
});

test('doctor lists every tool, and says 2 when one is missing', (t) => {
  const folder = emptyFolder(t);
  const all = JSON.parse(loomgen(folder, ['doctor', '--json']).stdout);
  t.true(all.findings.length >= 20);
  t.is(all.findings.find(({ name }: { name: string }) => name === 'C++20').status, 'ok');
  const none = loomgen(folder, ['doctor'], { PATH: folder });
  t.is(none.status, 2);
  t.regex(none.stdout, /fail cmake +missing .*\n +type: sudo apt-get install -y cmake\n/);
});

test('doctor --fix says what it would install and does not without a yes; names choose', (t) => {
  const folder = emptyFolder(t);
  const fix = loomgen(folder, ['doctor', 'ninja', '--fix'], { PATH: folder });
  t.is(fix.status, 2);
  // Without apt-get in PATH, the rest is for people.
  t.regex(fix.stderr, /^by hand: sudo apt-get install -y ninja-build\n/);
  t.is(fix.stdout.match(/^ {2}\w+ /gm)?.length, 1);
  const two = loomgen(folder, ['doctor', 'ninja', 'cmake', '--fix', '--fix'], { PATH: folder });
  t.regex(two.stderr, /^by hand: .* ninja-build$/m);
  t.regex(two.stderr, /^by hand: .* cmake$/m);
  const unknown = loomgen(folder, ['doctor', 'ninjo'], { PATH: folder });
  t.is(unknown.status, 2);
  t.regex(unknown.stderr, /LOOM2014: doctor knows no 'ninjo'.*Type: ninja/s);
});
