/**
 * Plays the one list of scenarios on a stage, as tests. Each compares its transcript with the
 * committed one in expected/. CONFORMANCE_WRITE=1 writes the transcripts of io_uring instead, to be
 * read in review.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import { buildProgram, buildTool, type Flavour, here } from './build.ts';
import type { Machine } from './machines.ts';
import { connectScenarios } from './scenarios/connect.ts';
import { datagramScenarios } from './scenarios/datagrams.ts';
import { descriptorScenarios } from './scenarios/descriptors.ts';
import { endScenarios } from './scenarios/end.ts';
import { receiveScenarios } from './scenarios/receive.ts';
import { sendScenarios } from './scenarios/send.ts';
import { serveScenarios } from './scenarios/serve.ts';
import { type Executables, type Scenario, type Stage, World } from './world.ts';

/** The list that every backend plays. */
export const scenarios: readonly Scenario[] = [
  ...receiveScenarios,
  ...sendScenarios,
  ...endScenarios,
  ...serveScenarios,
  ...connectScenarios,
  ...descriptorScenarios,
  ...datagramScenarios,
];

const writes = process.env.CONFORMANCE_WRITE === '1';

/** At most this many scenarios at once; the smallest machine in use has two cores. */
const maximumAtOnce = 3;

const waiting: (() => void)[] = [];
let playing = 0;

/** Runs `task` when fewer than maximumAtOnce others do. */
export async function inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
  if (playing >= maximumAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else playing += 1;
  try {
    return await task();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else playing -= 1;
  }
}

/** Builds server and client with other configs, and the tools; no other program is played then. */
export async function buildVariant(
  flavour: Flavour,
  configs: { server: string; client: string },
  isOnKqueue = false,
  machine?: Machine,
): Promise<Executables> {
  const [server, client] = await Promise.all([
    buildProgram({ name: 'server', flavour, config: configs.server, isOnKqueue, machine }),
    buildProgram({ name: 'client', flavour, config: configs.client, isOnKqueue, machine }),
  ]);
  const [narrow, deaf] = await Promise.all([buildTool('narrow'), buildTool('deaf')]);
  return { server, client, narrow, deaf, descriptors: '', datagrams: '' };
}

/** Builds every program one way, and the tools. */
export async function buildAll(
  flavour: Flavour,
  isOnKqueue = false,
  machine?: Machine,
): Promise<Executables> {
  const special: Readonly<Record<string, string>> = machine?.configs ?? {};
  const [server, client, descriptors, datagrams] = await Promise.all(
    ['server', 'client', 'descriptors', 'datagrams'].map((name) => {
      const config = special[name] ?? `./${name}/loom.config.ts`;
      return buildProgram({ name, flavour, config, isOnKqueue, machine });
    }),
  );
  const [narrow, deaf] = await Promise.all([buildTool('narrow'), buildTool('deaf')]);
  const isWhole = server && client && descriptors && datagrams;
  if (!isWhole) throw new Error('a program is missing');
  return { server, client, descriptors, datagrams, narrow: narrow ?? '', deaf: deaf ?? '' };
}

/** Plays one scenario. @returns its transcript, and what the program said besides */
export async function playOnce(stage: Stage, scenario: Scenario, seed: number) {
  const world = new World(stage, scenario, seed);
  try {
    await scenario.play(world);
    const { talk, counters } = await world.finish();
    const backends = Object.values(counters).map((reactor) => reactor.backend);
    return { transcript: world.transcript(), talk, backends };
  } finally {
    await world.clear();
  }
}

/** The committed transcript of a scenario. */
export function expectedOf({ name }: Scenario): string {
  return readFileSync(join(here, 'expected', `${name}.txt`), 'utf8');
}

/** Plays one scenario as a test. */
async function playAsTest(t: ExecutionContext, stage: Stage, scenario: Scenario): Promise<void> {
  t.timeout(240_000);
  const seed = Number(process.env.CONFORMANCE_SEED ?? Date.now() % 2 ** 31);
  t.log(`CONFORMANCE_SEED=${seed}`);
  const { transcript, talk } = await inTurn(() => playOnce(stage, scenario, seed));
  if (writes && stage.backend === 'io_uring') {
    writeFileSync(join(here, 'expected', `${scenario.name}.txt`), transcript);
  }
  t.is(transcript, expectedOf(scenario));
  t.false(transcript.includes('VIOLATION'));
  t.deepEqual(
    talk.filter((line) => /Sanitizer|runtime error/.test(line)),
    [],
  );
}

/**
 * A part of a list, where another part or another stage shows the same: among all suites every
 * `step`-th from index `first` on, all of it when ava is named (`npm test -- --only ava`).
 */
export function boundedPart<Item>(list: readonly Item[], step: number, first = 0): Item[] {
  const isBounded = process.env.LOOM_TEST_BOUNDED !== undefined;
  return list.filter((_, index) => !isBounded || index % step === first);
}

/** Declares a test for every scenario on the stage that `prepare` gives. */
export function declareScenarios(
  test: TestFn,
  title: string,
  prepare: () => Promise<Stage>,
  list: readonly Scenario[] = scenarios,
): void {
  for (const scenario of list) {
    test(`${title}: ${scenario.name}`, async (t) => playAsTest(t, await prepare(), scenario));
  }
}
