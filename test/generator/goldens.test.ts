/**
 * The same config gives the same bytes, wherever it lies and however its keys are ordered; and
 * generated/, which is committed to be read in review, is what the examples give.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { build } from '../../generator/commands/build.ts';
import { copied, filesBelow, project, repository } from './workspace.ts';

const examples = readdirSync(join(repository, 'examples')).filter((name) =>
  existsSync(join(repository, 'examples', name, 'loom.config.ts')),
);

test('two checkout paths give the same bytes', async (t) => {
  const here = project(t);
  const there = project(t, 'a/much/deeper/path');
  for (const directory of [here, there]) {
    const result = await build({ directory, compile: false });
    t.deepEqual(result.diagnostics, []);
  }
  const files = filesBelow(join(here, 'out'));
  t.true(files.size > 30);
  t.deepEqual(filesBelow(join(there, 'out')), files);
  for (const [path, text] of files) {
    t.false(text.includes(here) || text.includes(repository), `${path} names a checkout`);
  }
});

test('shuffled keys give the same bytes', async (t) => {
  const straight = project(t);
  const shuffled = project(t);
  const file = join(shuffled, 'loom.config.ts');
  const reversed = `
const reverse = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).reverse().map(([k, v]) => [k, reverse(v)]))
    : value;
export default reverse(config);
`;
  const text = readFileSync(file, 'utf8').replace('export default', 'const config =');
  writeFileSync(file, text + reversed);
  for (const directory of [straight, shuffled]) {
    t.deepEqual((await build({ directory, compile: false })).diagnostics, []);
  }
  t.deepEqual(filesBelow(join(shuffled, 'out')), filesBelow(join(straight, 'out')));
});

test('a second build has an empty plan', async (t) => {
  const directory = project(t);
  await build({ directory, compile: false });
  const { plan } = await build({ directory, compile: false });
  t.false(plan?.stale);
  t.true(plan?.entries.every(({ action }) => action === 'same'));
});

test('loom.ir.json builds the same bytes again', async (t) => {
  const directory = project(t);
  await build({ directory, compile: false });
  const again = await build({ directory, config: 'out/loom.ir.json', check: true });
  t.deepEqual(again.diagnostics, []);
  t.is(again.status, 'ok');
});

test('loom.ir.json builds into another folder, and its paths follow', async (t) => {
  const directory = project(t);
  await build({ directory, compile: false });
  await build({ directory, compile: false, out: 'deep/er/out' });
  const moved = { directory, config: 'out/loom.ir.json', out: 'deep/er/out', check: true };
  const again = await build(moved);
  t.deepEqual(again.diagnostics, []);
  t.is(again.status, 'ok');
});

test('npm run generate writes every example anew', (t) => {
  const folder = copied(t, 'examples', 'examples');
  const checkout = join(folder, '..');
  copyFileSync(join(repository, 'package.json'), join(checkout, 'package.json'));
  symlinkSync(join(repository, 'bin'), join(checkout, 'bin'));
  const given = ['run', '--silent', 'generate'];
  const done = spawnSync('npm', given, { cwd: checkout, encoding: 'utf8' });
  t.is(done.status, 0, done.stdout + done.stderr);
  for (const name of examples) {
    const files = filesBelow(join(checkout, 'generated', name));
    t.is(
      files.get('loom.ir.json'),
      readFileSync(join(repository, 'generated', name, 'loom.ir.json'), 'utf8'),
    );
  }
});

for (const name of examples) {
  test(`generated/${name} is what examples/${name} gives`, async (t) => {
    const result = await build({
      directory: repository,
      config: `examples/${name}/loom.config.ts`,
      check: true,
    });
    const changed = result.plan?.entries.filter(({ action }) => action !== 'same');
    t.deepEqual(changed, [], 'type: npm run generate, and read the difference');
    t.is(result.status, 'ok');
  });
}
