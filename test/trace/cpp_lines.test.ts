/**
 * A copy with zones is still the user's file for whoever names lines: the compiler's errors, the
 * debugger's line table, a sanitizer's report.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openCppTree } from '../../generator/trace/cpp_tree.ts';
import { traceCpp } from '../../generator/trace/cpp_zones.ts';
import { everything } from '../../generator/trace/rules.ts';

const parser = await openCppTree();
const folder = mkdtempSync(join(tmpdir(), 'loom-lines-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

// Where the user has the file, as far as the compiler is told; nothing is there.
const original = join(folder, 'of the "user"', 'feed.cpp');

/** Writes the copy of a source, which may be compiled; gives its path. */
function copyOf(name: string, lines: readonly string[]): string {
  const copies = join(folder, name);
  mkdirSync(join(copies, 'loom'), { recursive: true });
  writeFileSync(join(copies, 'loom/trace.hpp'), '#define LOOM_ZONE(name, colour) (void)name\n');
  const text = `${lines.join('\n')}\n`;
  const traced = traceCpp(parser, text, { path: original, rules: everything });
  if (traced.zones.length === 0) throw new Error('nothing is traced');
  writeFileSync(join(copies, 'feed.cpp'), traced.text);
  return copies;
}

const feed = [
  '// The user sees this as line 1.',
  'int twice(int value) { return value * 2; }',
  'int main(int count, char**) {',
  '  int shift = 30 + count;',
  '  auto shifted = [&] {',
  '    return 1 << (shift + twice(count));',
  '  };',
  '  return shifted() == 0 ? 0 : 0;',
  '}',
];

for (const compiler of ['g++', 'clang++']) {
  test(`${compiler} names errors where the user wrote them`, (t) => {
    const cwd = copyOf(
      `errors-${compiler}`,
      feed.map((line) => line.replace('1 <<', 'missing')),
    );
    const { stderr, status } = spawnSync(compiler, ['-fsyntax-only', '-I.', 'feed.cpp'], {
      cwd,
      encoding: 'utf8',
    });
    t.not(status, 0);
    t.regex(stderr, /feed\.cpp:6:\d+: error:/);
    t.false(stderr.includes(`${cwd}/feed.cpp`));
  });
}

test('the line table and a sanitizer name the lines of the user', (t) => {
  const cwd = copyOf('program', feed);
  const flags = ['-g', '-fsanitize=undefined', '-I.', 'feed.cpp', '-o', 'feed'];
  t.is(spawnSync('g++', flags, { cwd }).status, 0);
  const { stderr } = spawnSync('./feed', { cwd, encoding: 'utf8' });
  t.regex(stderr, /of the "user"\/feed\.cpp:6:\d+: runtime error: shift exponent 33/);
  const symbols = spawnSync('nm', ['-C', '-l', 'feed'], { cwd, encoding: 'utf8' }).stdout;
  const line = symbols.split('\n').find((each) => each.includes(' twice(int)')) ?? '';
  t.true(line.endsWith(`${original}:2`), line);
});
