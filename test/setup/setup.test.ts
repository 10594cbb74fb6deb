/**
 * Setup on machines that have nothing, something, or the wrong thing: what it installs, what it
 * says where it may not, and that it does nothing the second time.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { isAtLeast, listPackages, planInstallation } from '../../setup/system.mjs';
import { FreshMachine } from './fresh_machine.ts';

const ordinary = { apt: true, aptCode: 0, versions: {} };
const required = listPackages(true).map((entry) => entry.package.replace('{clang}', '14'));

test('a fresh machine gets every package and node_modules, the second run does nothing', (t) => {
  using machine = new FreshMachine(ordinary);
  const first = machine.run('setup');
  t.is(first.code, 0, first.talk);
  t.is(first.data, '');
  t.is(first.calls[0], 'apt-get update');
  t.is(first.calls[1], `apt-get install -y --no-install-recommends ${required.join(' ')}`);
  t.regex(first.calls[2] ?? '', /^npm ci --include=dev --ignore-scripts/);
  t.is(first.calls[3], 'bundle');
  t.regex(first.talk, /setup: installing g\+\+ .* …\n/);
  t.regex(first.talk, /setup: installing node_modules \(npm ci\): done in/);
  const second = machine.run('setup');
  t.is(second.code, 0);
  t.is(second.talk, '');
  t.deepEqual(second.calls, []);
});

test('only what is missing is installed', (t) => {
  using machine = new FreshMachine(ordinary);
  for (const name of required)
    if (name !== 'ninja-build') machine.install(name, name === 'clang' ? '14' : '99');
  const { calls, code } = machine.run('setup');
  t.is(code, 0);
  t.is(calls[1], 'apt-get install -y --no-install-recommends ninja-build');
});

test('an optional package alone is no reason to install', (t) => {
  using machine = new FreshMachine(ordinary);
  for (const name of required)
    if (name !== 'ccache') machine.install(name, name === 'clang' ? '14' : '99');
  const { calls, code } = machine.run('setup');
  t.is(code, 0);
  t.false(calls.some((call) => call.startsWith('apt-get')));
});

test('without apt-get it names the packages and the command, and exits 2', (t) => {
  using machine = new FreshMachine({ ...ordinary, apt: false });
  const { calls, code, talk } = machine.run('demo');
  t.is(code, 2);
  t.deepEqual(calls, []);
  t.regex(talk, /this system has no apt-get:\n {2}g\+\+: compiles the emitted reactor\n/);
  t.regex(talk, / {2}sudo apt-get update && sudo apt-get install -y .*liburing-dev/);
  t.notRegex(talk, /clang-tidy/, 'the demo does not need what only tests need');
});

test('an apt-get that fails is shown, with the command to type, and exits 2', (t) => {
  using machine = new FreshMachine({ ...ordinary, aptCode: 100 });
  const { code, talk } = machine.run('setup');
  t.is(code, 2);
  t.regex(talk, /Setting up g\+\+/);
  t.regex(talk, /apt-get could not install them.*Type:\n {2}.*apt-get install -y/s);
});

test('a version that is too old is named, with the one that works, and exits 2', (t) => {
  using machine = new FreshMachine({ ...ordinary, versions: { 'liburing-dev': '2.1' } });
  const { code, talk } = machine.run('setup');
  t.is(code, 2);
  t.regex(talk, /liburing-dev is 2\.1 here, 2\.3 or newer is needed/);
});

test('a job that does not exist is answered with those that do', (t) => {
  using machine = new FreshMachine(ordinary);
  const { code, talk } = machine.run('dmeo');
  t.is(code, 2);
  t.regex(talk, /no job 'dmeo'; there are setup, demo, test/);
});

test('where sudo would have to ask nobody, the command to type is the answer', (t) => {
  const missing = listPackages(false).slice(0, 2);
  const rights = { apt: true, root: false, sudo: 'asks', terminal: false } as const;
  t.throws(() => planInstallation(missing, rights), {
    message:
      /sudo wants a password.*\n {2}sudo apt-get update && sudo apt-get install .*g\+\+ cmake$/s,
  });
  t.throws(() => planInstallation(missing, { ...rights, sudo: 'absent' }), {
    message: /there is no sudo\. As root, type:\n {2}apt-get update && apt-get install/,
  });
  t.deepEqual(planInstallation(missing, { ...rights, terminal: true }), {
    prefix: ['sudo'],
    askFirst: true,
  });
  t.deepEqual(planInstallation(missing, { ...rights, sudo: 'silent' }).prefix, ['sudo', '-n']);
  t.deepEqual(planInstallation(missing, { ...rights, root: true }).prefix, []);
});

test('a Node that is too old is answered with a sentence and exit code 2', (t) => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '20.18.3' } })`;
  const main = fileURLToPath(new URL('../../setup/main.mjs', import.meta.url));
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, main, 'demo'],
    { encoding: 'utf8' },
  );
  t.is(status, 2);
  t.regex(stderr, /^loomgen needs Node 20\.19 or newer; this is 20\.18\.3 /);
});

test('versions compare number by number', (t) => {
  t.true(isAtLeast('2.10', '2.3'));
  t.true(isAtLeast('12.2.0', '12'));
  t.true(isAtLeast('14.0', '14'));
  t.false(isAtLeast('2.2.9', '2.3'));
  t.false(isAtLeast('', '1'));
});
