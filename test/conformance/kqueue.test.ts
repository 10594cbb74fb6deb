/**
 * The scenario list on kqueue, with callbacks and with fibers: the same transcripts. kqueue(2) is
 * emulated over epoll (test/kqueue); no BSD kernel runs this. Among all suites callbacks alone are
 * played: fibers ask a backend for nothing else. `--only ava` plays both.
 */

import { spawnSync } from 'node:child_process';
import test from 'ava';
import { buildFibers, fiberScenarios } from './fibers.ts';
import { buildAll, declareScenarios, playOnce, scenarios } from './play.ts';

const callbacks = buildAll('checked', true);

const stage = async () => ({ executables: await callbacks, backend: 'kqueue' as const });
declareScenarios(test, 'kqueue', stage);
if (process.env.LOOM_TEST_BOUNDED === undefined) {
  const fibers = buildFibers('checked', true);
  declareScenarios(
    test,
    'kqueue, fibers',
    async () => ({ executables: await fibers, backend: 'kqueue' as const }),
    fiberScenarios,
  );
}

test('what is played on kqueue runs on kqueue', async (t) => {
  // The programs are built first, which has the time of the suite.
  const where = await stage();
  t.timeout(240_000);
  const timers = scenarios.find(({ name }) => name === 'timers');
  if (timers === undefined) return t.fail('the scenario is gone');
  const { backends } = await playOnce(where, timers, 1);
  t.deepEqual(backends, [3]);
  const { stdout } = spawnSync(where.executables.server, ['--help'], { encoding: 'utf8' });
  t.regex(stdout, /^usage: server \[--backend kqueue\] /);
});
