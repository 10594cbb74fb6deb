/**
 * The scenario list with handlers as straight-line code, on both backends and in a sandbox that
 * forbids io_uring.
 */

import test from 'ava';
import { buildTool } from './build.ts';
import { buildFibers, fiberScenarios, leftOut } from './fibers.ts';
import { boundedPart, declareScenarios, scenarios } from './play.ts';

const executables = buildFibers('checked');

for (const backend of ['io_uring', 'epoll'] as const) {
  const stage = async () => ({ executables: await executables, backend });
  declareScenarios(test, `${backend}, fibers`, stage, fiberScenarios);
}

declareScenarios(
  test,
  'io_uring answers EPERM, fibers',
  async () => ({
    executables: await executables,
    backend: 'declared' as const,
    launcher: [await buildTool('sandbox'), 'EPERM'],
  }),
  boundedPart(fiberScenarios, 6),
);

test('what is left out in fiber style is a scenario, and few are', (t) => {
  const streams = scenarios.filter(({ program }) => program === 'server' || program === 'client');
  for (const name of Object.keys(leftOut)) t.true(streams.some((one) => one.name === name));
  t.is(fiberScenarios.length, streams.length - Object.keys(leftOut).length);
  t.true(Object.keys(leftOut).length <= 1);
});
