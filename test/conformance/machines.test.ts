/**
 * The scenario list as an arm64 processor plays it, under qemu-user: the transcripts of this one.
 * Among all suites some scenarios of the serving half are played; `npx ava` on this file plays all,
 * and so does `npm run platforms`, which also has musl.
 */

import test from 'ava';
import { buildProgram, buildTool } from './build.ts';
import { buildFibers, fiberScenarios } from './fibers.ts';
import { findMachine, type Machine, playable, stageOf } from './machines.ts';
import { buildAll, declareScenarios, playOnce, scenarios } from './play.ts';
import type { Executables, Scenario } from './world.ts';

const isBounded = process.env.LOOM_TEST_BOUNDED !== undefined;

/** Among all suites, of the scenarios of the server alone every this many. */
const step = 5;

/** What is played now of what can be. */
function chosen(machine: Machine, whole: readonly Scenario[]): readonly Scenario[] {
  const list = playable(machine, whole);
  if (!isBounded) return list;
  return list.filter(({ program }) => program === 'server').filter((_, n) => n % step === 0);
}

/** The server alone, which is what a bounded run plays. */
async function serverAlone(config: string, machine: Machine): Promise<Executables> {
  const server = await buildProgram({ name: 'server', flavour: 'checked', config, machine });
  const narrow = await buildTool('narrow');
  return { server, narrow, client: '', descriptors: '', datagrams: '', deaf: '' };
}

/** Declares the list for a machine, with callbacks and with fibers. */
function declareMachine(machine: Machine): void {
  const callbacks = isBounded
    ? serverAlone('server/loom.config.ts', machine)
    : buildAll('checked', false, machine);
  const fibers = isBounded
    ? serverAlone('server/fiber.config.ts', machine)
    : buildFibers('checked', false, machine);
  const { name, leftOut } = machine;
  const stages = async (executables: Promise<Executables>) => stageOf(machine, await executables);
  declareScenarios(test, name, () => stages(callbacks), chosen(machine, scenarios));
  const inFibers = chosen(machine, fiberScenarios);
  declareScenarios(test, `${name}, fibers`, () => stages(fibers), inFibers);
  for (const [scenario, why] of Object.entries(leftOut)) {
    test.skip(`${name}: ${scenario} (${why})`, (t) => t.pass());
  }

  test(`${name}: what is played is on epoll`, async (t) => {
    t.timeout(240_000);
    const stage = await stages(callbacks);
    const serving = scenarios.find((each) => each.name === 'reset');
    if (serving === undefined) return t.fail('the scenario is gone');
    const { backends } = await playOnce(stage, serving, 1);
    t.deepEqual(backends, [2, 2]);
  });
}

const arm64 = findMachine('linux-arm64');
if (typeof arm64 !== 'string') declareMachine(arm64);
else test.skip(`linux-arm64: the scenario list (${arm64})`, (t) => t.pass());
