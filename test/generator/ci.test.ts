/** `loomgen ci`: the workflows that it writes, and when it does not. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ciPath, ciText } from '../../generator/ci_files.ts';
import type { CiHost } from '../../generator/ci_places.ts';
import { findProgram } from '../../generator/tools.ts';
import { ownWorkflow, ownWorkflowPath } from '../platforms/own_workflow.ts';
import { emptyFolder, loomgen, matchesFixture, project, repository } from './workspace.ts';

/** Looks at a workflow with actionlint, which no package of npm has: only where it is in PATH. */
function lint(t: ExecutionContext, file: string, cwd: string): void {
  const program = findProgram('actionlint', process.env);
  if (program === undefined) return;
  const linted = spawnSync(program, [file], { cwd, encoding: 'utf8' });
  t.is(linted.status, 0, linted.stdout);
}

test('a workflow has a row for each target that can be built, and one package of all', (t) => {
  const folder = project(t);
  const run = loomgen(folder, ['ci', 'github']);
  t.is(run.status, 0, run.stderr);
  t.deepEqual(run.stderr.split('\n'), [
    '.github/workflows/loomgen.yml written; commit it',
    'it does not make linux-x64-musl, linux-arm64-musl; its first lines say more',
    '',
  ]);
  const text = readFileSync(join(folder, '.github/workflows/loomgen.yml'), 'utf8');
  t.deepEqual(text.match(/target: \S+\n +runner: \S+/g), [
    'target: linux-x64\n            runner: ubuntu-24.04',
    'target: linux-arm64\n            runner: ubuntu-24.04-arm',
  ]);
  t.regex(
    text,
    /npx loomgen build loom\.config\.ts\n {10}--target \$\{\{ matrix\.target \}\} --static\n/,
  );
  t.regex(text, /path: "out\/prebuilds\/\$\{\{ matrix\.target \}\}"\n/);
  t.regex(text, /mv "\$folder" out\/prebuilds\/"\$\{folder#artifacts\/small-\}"\n/);
  t.regex(text, /npm pack \.\/out\n/);
  // The glibc of the runner itself is newer than those of many who load the addon.
  t.regex(
    text,
    /runs-on: \$\{\{ matrix\.runner \}\}\n {4}container:\n {6}image: node:22-bookworm\n/,
  );
  const installed = [...text.matchAll(/run: apt-get install -y \S+ (.*)/g)].map(([, line]) => line);
  for (const name of ['g++', 'liburing-dev']) t.true(installed.join(' ').split(' ').includes(name));
  t.regex(
    text,
    /^# Not made here: linux-x64-musl; by zig it is: npx loomgen build --target linux-x/m,
  );
  t.regex(text, /\n {2}package:\n {4}needs: \[build\]\n/);
  lint(t, join(folder, '.github/workflows/loomgen.yml'), folder);
});

test('a workflow uses actions of GitHub alone, by their major version, and names no host', (t) => {
  const folder = project(t);
  t.is(loomgen(folder, ['ci', 'github']).status, 0);
  t.is(loomgen(folder, ['ci', 'gitlab']).status, 0);
  const github = readFileSync(join(folder, '.github/workflows/loomgen.yml'), 'utf8');
  for (const text of [github, ownWorkflow()]) {
    const used = new Set([...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action));
    t.deepEqual([...used].sort(), [
      ...['actions/checkout@v4', 'actions/download-artifact@v4'],
      ...['actions/setup-node@v4', 'actions/upload-artifact@v4'],
    ]);
  }
  const gitlab = readFileSync(join(folder, '.gitlab-ci.yml'), 'utf8');
  for (const text of [github, gitlab, ownWorkflow()]) t.notRegex(text, /:\/\/|registry/);
});

test('a path with what YAML reads as something else is whole', (t) => {
  const [config, out] = ['apps: old/a #1.config.ts', 'out: #2'];
  const program = { name: 'small', config, out, platforms: ['linux'] };
  const folder = emptyFolder(t);
  for (const host of ['github', 'gitlab'] as const) {
    const text = ciText(host, program);
    for (const quoted of [`"npx loomgen build '${config}'"\n`, `"npm pack ./'${out}'"\n`]) {
      t.true(text.includes(quoted), `${quoted}${text}`);
    }
    if (host !== 'github') continue;
    mkdirSync(join(folder, '.github/workflows'), { recursive: true });
    writeFileSync(join(folder, ciPath(host)), text);
    lint(t, join(folder, ciPath(host)), folder);
  }
});

test("this repository's own workflow is what the same code writes", (t) => {
  const file = join(repository, ownWorkflowPath);
  if (process.env.UPDATE_FIXTURES === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, ownWorkflow());
  }
  t.is(readFileSync(file, 'utf8'), ownWorkflow());
  lint(t, file, repository);
});

test('a program for macOS has rows of its machines', (t) => {
  const folder = project(t, '.', "backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },");
  t.is(loomgen(folder, ['ci', 'github']).status, 0);
  const text = readFileSync(join(folder, '.github/workflows/loomgen.yml'), 'utf8');
  const rows = [...text.matchAll(/target: (\S+)\n +runner: (\S+)/g)].map(([, ...row]) => row);
  t.deepEqual(rows.slice(2), [
    ['darwin-arm64', 'macos-15'],
    ['darwin-x64', 'macos-15-intel'],
  ]);
  const jobs = text
    .slice(text.indexOf('\njobs:\n') + 7)
    .split(/^ {2}(?=\w+:$)/m)
    .slice(1);
  t.deepEqual(
    jobs.map((each) => [each.slice(0, each.indexOf(':')), each.includes('container:')]),
    [
      ...[['build', true] as const, ['elsewhere', false] as const],
      ...[['zig', true] as const, ['package', true] as const],
    ].map((each) => [...each]),
  );
  const [, , zig = '', collected = ''] = jobs;
  t.regex(zig, /loomgen doctor zig --fix --yes\n/);
  t.regex(zig, /--target freebsd-x64 --static\n(?:.*\n)*? +name: small-freebsd-x64\n/);
  t.regex(collected, /needs: \[build, elsewhere, zig\]\n/);
  lint(t, join(folder, '.github/workflows/loomgen.yml'), folder);
});

test('a program for Windows is compiled by MinGW and loaded on Windows', (t) => {
  const folder = project(t, '.', "backends: { win32: ['iocp'] },");
  const config = join(folder, 'loom.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/^.* unix\(.*\n/m, ''));
  t.is(loomgen(folder, ['ci', 'github']).status, 0);
  const file = join(folder, '.github/workflows/loomgen.yml');
  const text = readFileSync(file, 'utf8');
  t.regex(
    text,
    /doctor x86_64-w64-mingw32-g\+\+-posix --fix --yes\n(?:.*\n){2} +--target win32-x64 --static\n/,
  );
  t.regex(text, /windows:\n {4}needs: mingw\n {4}runs-on: windows-2025\n/);
  t.regex(text, /name: small-win32-x64\n {6}- run: node -e "require\('\.\/small\.node'\)"\n/);
  t.regex(text, /package:\n {4}needs: \[build, mingw, windows\]\n/);
  lint(t, file, folder);
});

test('a workflow that somebody changed stays, until that is asked for', (t) => {
  const folder = project(t);
  const file = join(folder, '.gitlab-ci.yml');
  t.is(loomgen(folder, ['ci', 'gitlab']).status, 0);
  const text = readFileSync(file, 'utf8');
  t.regex(text, /--target linux-x64,linux-arm64 --static\n/);
  t.is(loomgen(folder, ['ci', 'gitlab']).status, 0, 'the same text is no conflict');
  writeFileSync(file, 'mine');
  const refused = loomgen(folder, ['ci', 'gitlab']);
  t.is(refused.status, 2);
  t.regex(refused.stderr, /LOOM2013: \. already has a \.gitlab-ci\.yml/);
  t.is(readFileSync(file, 'utf8'), 'mine');
  t.is(loomgen(folder, ['ci', 'gitlab', '--force']).status, 0);
  t.is(readFileSync(file, 'utf8'), text);
});

test('a program that is no package has nothing that a workflow could pack', (t) => {
  const folder = project(t, '.', 'package: false,');
  for (const host of ['gitlab', 'github']) {
    const run = loomgen(folder, ['ci', host]);
    t.is(run.status, 2);
    t.false(existsSync(join(folder, ciPath(host as CiHost))));
    if (host === 'github') matchesFixture(t, 'LOOM2036-package', 'ci', run.stderr);
  }
});

test('it belongs where the repository begins, and to a host that is known', (t) => {
  const folder = project(t);
  const config = join(folder, 'loom.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace("'./out'", "'../elsewhere'"));
  const outside = loomgen(folder, ['ci', 'github']);
  t.is(outside.status, 2);
  t.regex(outside.stderr, /LOOM2014: The output folder \.\.\/elsewhere is not below/);
  t.is(loomgen(project(t), ['ci', 'circle']).status, 2);
});
