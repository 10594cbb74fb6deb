/**
 * compile: a program that runs, a second build that does nothing, and a sentence with the command
 * to type for each thing that can be missing. Missing tools are made by a PATH of links.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { compilerFailure, configureFailure } from '../../generator/compile_failure.ts';
import { findTool, tools } from '../../generator/tools.ts';
import {
  didMore,
  emptyFolder,
  loomgen,
  loomgenScripts,
  matchesFixture,
  project,
} from './workspace.ts';

const by = 'compile';

/** What a build runs, its compiler's helpers included. */
const programs = ['c++', 'cmake', 'ninja', 'pkg-config', 'as', 'ld', 'ar', 'ranlib', 'sh', 'uname'];

/** An environment whose PATH has links to everything but the programs named. */
function without(t: ExecutionContext, missing: readonly string[]): NodeJS.ProcessEnv {
  const folder = emptyFolder(t);
  for (const program of programs) {
    if (missing.includes(program)) continue;
    const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' });
    const path = found.stdout.trim();
    if (path !== '') symlinkSync(path, join(folder, program));
  }
  const { CXX: _chosen, ...environment } = process.env;
  return { ...environment, PATH: folder };
}

const missingTools: readonly (readonly [string, string])[] = [
  ['LOOM2003-compiler', 'c++'],
  ['LOOM2004-cmake', 'cmake'],
  ['LOOM2005-ninja', 'ninja'],
  ['LOOM2016-pkg-config', 'pkg-config'],
];

for (const [fixture, program] of missingTools) {
  test(`without ${program} the build says what to type`, (t) => {
    const run = loomgen(project(t), ['build'], without(t, [program]));
    t.is(run.status, 2);
    matchesFixture(t, fixture, by, run.stderr);
  });
}

test('an old CMake is named with its version', (t) => {
  const environment = without(t, ['cmake']);
  const cmake = join(environment.PATH ?? '', 'cmake');
  writeFileSync(cmake, '#!/bin/sh\necho cmake version 3.20.1\n');
  chmodSync(cmake, 0o755);
  const run = loomgen(project(t), ['build'], environment);
  t.is(run.status, 2);
  matchesFixture(t, 'LOOM2004-old', by, run.stderr);
});

test('an old compiler is named with its version', (t) => {
  const output =
    'CMake Error at runtime/loom.cmake:28 (message):\n\n    loom-old-compiler: GNU 10.2.1\n';
  t.deepEqual(configureFailure(output), {
    kind: 'oldTool',
    tool: 'compiler',
    found: 'GNU 10.2.1',
    needed: 'g++ 12 or clang++ 14',
  });
});

test('without liburing the build says what to type', (t) => {
  const folder = emptyFolder(t);
  const environment = { ...process.env, PKG_CONFIG_LIBDIR: folder, PKG_CONFIG_PATH: folder };
  const run = loomgen(project(t), ['build'], environment);
  t.is(run.status, 2, run.stderr);
  matchesFixture(t, 'LOOM2006-liburing', by, run.stderr);
});

test('a library that the config names and nobody installed', (t) => {
  const folder = project(t, '.', "native: { pkgConfig: ['no-such-library'] },");
  const run = loomgen(folder, ['build']);
  t.is(run.status, 2, run.stderr);
  matchesFixture(t, 'LOOM2007-package', by, run.stderr);
});

test('a hook with a wrong signature is a sentence with its place', (t) => {
  const folder = project(t);
  const header = join(folder, 'small.hpp');
  const text = readFileSync(header, 'utf8');
  writeFileSync(header, text.replace('  void on_data', '  void on_open(int) {}\n  void on_data'));
  const run = loomgen(folder, ['build', '--backend', 'epoll', '--debug']);
  t.is(run.status, 2, run.stderr);
  const [head = '', details = ''] = run.stderr.split(/\n\n(.*)/s);
  t.regex(details, /error: static assertion failed|error: static_assert failed/);
  const place = /^ {2}at out\/src\/checks\/Small\.hpp:\d+:\d+$[\s\S]*(?=^ {2}why)/m;
  t.regex(head, place);
  matchesFixture(t, 'LOOM2008-hook', by, `${head.replace(place, '')}\n`);
});

test.serial('a build makes an addon, then does nothing, then only what changed', (t) => {
  const folder = project(t);
  const first = loomgen(folder, ['build', '--json', '--debug', '--backend', 'epoll']);
  t.is(first.status, 0, first.stderr + first.stdout);
  const made = JSON.parse(first.stdout);
  t.true(made.compiled.configured);
  t.deepEqual(made.compiled.artifacts, ['build/debug/small.node', 'dist/index.js']);
  t.regex(made.noStandalone, /fds\.clock, fds\.other/);
  const second = loomgen(folder, ['build', '--json', '--debug', '--backend', 'epoll']);
  const { compiled } = JSON.parse(second.stdout);
  t.false(compiled.configured);
  t.is(compiled.steps, 0);
  const header = join(folder, 'small.hpp');
  writeFileSync(header, `${readFileSync(header, 'utf8')}// changed\n`);
  const third = JSON.parse(
    loomgen(folder, ['build', '--json', '--debug', '--backend', 'epoll']).stdout,
  );
  t.false(third.compiled.configured);
  t.true(third.compiled.steps > 0 && third.compiled.steps < made.compiled.steps);

  const words = ['build', '--debug', '--backend', 'epoll'];
  const quick = loomgenScripts(t, folder, words);
  t.false(didMore(quick), quick.stderr);
  t.regex(quick.stderr, /^ {2}debug is up to date: build\/debug\/small\.node, dist\/index\.js$/m);
  writeFileSync(header, `${readFileSync(header, 'utf8')}// changed again\n`);
  spawnSync('cmake', ['--build', join(folder, 'out/build/debug')]);
  t.true(didMore(loomgenScripts(t, folder, words)), 'compiled by somebody else');
  t.false(didMore(loomgenScripts(t, folder, words)));
  rmSync(join(folder, 'out/build/debug/small.node'));
  const relinked = JSON.parse(loomgen(folder, [...words, '--json']).stdout);
  t.is(relinked.compiled.steps, 1);
});

test('the first error of g++, of clang++ and of a linker', (t) => {
  const gcc =
    'In file included from a.cpp:1:\nsrc/a.hpp:7:15: error: static assertion failed: No.\n';
  t.like(compilerFailure(gcc, '/out/build'), {
    message: 'No.',
    file: '/out/build/src/a.hpp',
    line: 7,
    column: 15,
  });
  const clang = '/x/a.hpp:3:1: error: static_assert failed due to requirement \'a<b>\' "No."\n';
  t.like(compilerFailure(clang, '/out'), { message: 'No.', file: '/x/a.hpp', line: 3 });
  const header = 'a.cpp:1:10: fatal error: none.hpp: No such file or directory\n';
  t.like(compilerFailure(header, '/'), { message: 'none.hpp: No such file or directory' });
  const linker =
    "/usr/bin/ld: a.o: in function `f':\na.cpp:(.text+0x5): undefined reference to `g()'\n";
  t.like(compilerFailure(linker, '/'), {
    message: "a.cpp:(.text+0x5): undefined reference to `g()'",
    file: null,
  });
});

test('CXX wins over PATH, and may carry flags', (t) => {
  const folder = emptyFolder(t);
  mkdirSync(join(folder, 'bin'));
  const compiler = join(folder, 'bin', 'my-c++');
  writeFileSync(compiler, '');
  chmodSync(compiler, 0o755);
  const tool = tools.find(({ variable }) => variable === 'CXX');
  if (tool === undefined) return t.fail('no compiler among the tools');
  t.is(findTool(tool, { CXX: `${compiler} -O3`, PATH: '' }), compiler);
  t.is(findTool(tool, { CXX: 'my-c++', PATH: join(folder, 'bin') }), compiler);
  t.is(findTool(tool, { CXX: 'missing', PATH: join(folder, 'bin') }), undefined);
  t.false(existsSync(join(folder, 'build')));
});
