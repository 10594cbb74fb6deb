/**
 * The conformance list for a target, as far as its programs run here: with callbacks and with
 * fibers, each transcript beside the committed one of Linux x64.
 */
import { spawnSync } from 'node:child_process';
import { thisMachine } from '../../templates/bindings/prebuilds.ts';
import type { Target } from '../../schemas/targets.ts';
import { isHere } from '../../generator/toolchain.ts';
import { buildFibers, fiberScenarios } from '../conformance/fibers.ts';
import { findMachine, playable, stageOf } from '../conformance/machines.ts';
import { buildAll, expectedOf, inTurn, playOnce, scenarios } from '../conformance/play.ts';
import type { Scenario, Stage } from '../conformance/world.ts';

/** One way to play the list. */
interface Performance {
  title: string;
  stage: Stage;
  list: readonly Scenario[];
}

/** Plays a list; gives the words of the table. */
async function play({ title, stage, list }: Performance): Promise<string> {
  const outcomes = await Promise.all(
    list.map((scenario) =>
      inTurn(async () => {
        try {
          const { transcript } = await playOnce(stage, scenario, 1);
          return transcript === expectedOf(scenario) ? [] : [scenario.name];
        } catch {
          return [scenario.name];
        }
      }),
    ),
  );
  const failed = outcomes.flat();
  const passed = `${title} ${list.length - failed.length}/${list.length}`;
  return failed.length === 0 ? passed : `${passed} FAILED: ${failed.join(' ')}`;
}

/** The ways of this machine itself: both backends, compiled as users do. */
async function performancesHere(): Promise<Performance[]> {
  const [callbacks, fibers] = await Promise.all([buildAll('release'), buildFibers('checked')]);
  return (['io_uring', 'epoll'] as const).flatMap((backend) => [
    { title: backend, stage: { executables: callbacks, backend }, list: scenarios },
    { title: `${backend} fibers`, stage: { executables: fibers, backend }, list: fiberScenarios },
  ]);
}

/** The ways of a target whose programs run here; a text says why they do not. */
async function performancesOf(target: Target): Promise<Performance[] | string> {
  if (target.platform !== 'linux') return 'no program of it runs here';
  if (isHere(target, thisMachine())) return performancesHere();
  const machine = findMachine(target.name);
  if (typeof machine === 'string') return machine;
  const callbacks = await buildAll('checked', false, machine);
  const fibers = await buildFibers('checked', false, machine);
  const lists = {
    callbacks: playable(machine, scenarios),
    fibers: playable(machine, fiberScenarios),
  };
  return [
    { title: 'epoll', stage: stageOf(machine, callbacks), list: lists.callbacks },
    { title: 'epoll fibers', stage: stageOf(machine, fibers), list: lists.fibers },
  ];
}

/** What `test/iocp/conformance.test.ts` says of IOCP, which plays the list its own way. */
function playUnderWine(): string {
  const words = ['ava', '--tap', 'test/iocp/conformance.test.ts'];
  const { LOOM_TEST_BOUNDED: _, ...environment } = process.env;
  const { stdout } = spawnSync('npx', words, { encoding: 'utf8', env: environment });
  const played = [...stdout.matchAll(/^(not )?ok \d+ - (.*?)( # SKIP.*)?$/gm)];
  const skipped = played.find(([, , , skip]) => skip !== undefined);
  if (skipped !== undefined) return `no: ${skipped[2]}`;
  const failed = played.filter(([, not]) => not !== undefined).map(([, , title]) => title);
  const passed = `iocp ${played.length - failed.length}/${played.length} under wine`;
  if (played.length === 0) return 'FAILED: nothing was played';
  return failed.length === 0 ? passed : `${passed} FAILED: ${failed.join('; ')}`;
}

/** The ways of kqueue over test/kqueue. */
async function performancesOnKqueue(): Promise<Performance[]> {
  const backend = 'kqueue';
  const [callbacks, fibers] = [await buildAll('checked', true), await buildFibers('checked', true)];
  return [
    { title: 'kqueue', stage: { executables: callbacks, backend }, list: scenarios },
    { title: 'kqueue fibers', stage: { executables: fibers, backend }, list: fiberScenarios },
  ];
}

/** Plays every list; gives the words of the table, with FAILED where something did not pass. */
async function playAll(find: () => Promise<Performance[] | string>): Promise<string> {
  try {
    const performances = await find();
    if (typeof performances === 'string') return `no: ${performances}`;
    const words: string[] = [];
    for (const each of performances) words.push(await play(each));
    return words.join(', ');
  } catch (error) {
    const lines = String(error instanceof Error ? error.message : error).split('\n');
    // A compiler that failed: its words come after the command, which is long.
    const said = lines.find((line) => line.includes('error:'));
    return `FAILED: ${said ?? lines.find((line) => /\w/.test(line))?.trim()}`;
  }
}

/** What of the list passed for a target, in words; FAILED is in them where something did not. */
export async function playFor(target: Target): Promise<string> {
  return target.emulator === 'wine' ? playUnderWine() : playAll(() => performancesOf(target));
}

/** The same for the kqueue backend over its emulation, on this Linux. */
export function playKqueue(): Promise<string> {
  return playAll(performancesOnKqueue);
}
