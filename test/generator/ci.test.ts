/** `loomgen ci`: the workflows that it writes, and when it does not. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { findProgram } from '../../generator/tools.ts';
import { loomgen, project } from './workspace.ts';

test('a workflow has a row for each target that can be built, and one package of all', (t) => {
  const folder = project(t);
  const run = loomgen(folder, ['ci', 'github']);
  t.is(run.status, 0, run.stderr);
  t.is(run.stderr, '.github/workflows/loomgen.yml written; commit it\n');
  const text = readFileSync(join(folder, '.github/workflows/loomgen.yml'), 'utf8');
  t.deepEqual(text.match(/target: \S+\n +runner: \S+/g), [
    'target: linux-x64\n            runner: ubuntu-24.04',
    'target: linux-arm64\n            runner: ubuntu-24.04-arm',
  ]);
  t.regex(
    text,
    /npx loomgen build loom\.config\.ts --target \$\{\{ matrix\.target \}\} --static\n/,
  );
  t.regex(text, /path: "out\/prebuilds\/\$\{\{ matrix\.target \}\}"\n/);
  t.regex(text, /mv "\$folder" out\/prebuilds\/"\$\{folder#artifacts\/small-\}"\n/);
  t.regex(text, /npm pack \.\/out\n/);
  // No package of npm has it; where a developer does, it looks too.
  const lint = findProgram('actionlint', process.env);
  if (lint === undefined) return;
  const file = join(folder, '.github/workflows/loomgen.yml');
  const linted = spawnSync(lint, [file], { cwd: folder, encoding: 'utf8' });
  t.is(linted.status, 0, linted.stdout);
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

test('it belongs where the repository begins, and to a host that is known', (t) => {
  const folder = project(t);
  const config = join(folder, 'loom.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace("'./out'", "'../elsewhere'"));
  const outside = loomgen(folder, ['ci', 'github']);
  t.is(outside.status, 2);
  t.regex(outside.stderr, /LOOM2014: The output folder \.\.\/elsewhere is not below/);
  t.is(loomgen(project(t), ['ci', 'circle']).status, 2);
});
