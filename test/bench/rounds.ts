/**
 * Rounds: each has every scenario, each scenario every server that takes part, in an order of its
 * own. So what disturbs the machine for a while disturbs all of them, and whatever ran in the same
 * round can be compared. The baseline takes part twice, under two names: the ratio of the two is
 * what the machine's noise alone makes of equal servers.
 */

import { modeOf, type Scenario } from './scenarios.ts';
import type { Server } from './server.ts';
import { type Random, shuffled } from './statistics.ts';
import { runTrial, type Setting, type Trial } from './trial.ts';

/** Who is compared under a scenario, and what came of it. */
export interface Results {
  scenario: Scenario;
  /** The name of the server that the others are compared with. */
  baseline: string;
  /** By name, the trial of each round. */
  trials: ReadonlyMap<string, Trial[]>;
}

/** How much is measured. */
export interface Extent {
  rounds: number;
  /** When no further round begins, on performance.now(). */
  deadlineMilliseconds: number;
}

/** The name under which the baseline runs a second time. */
export const again = (name: string): string => `${name} again`;

/** Whether a server can be loaded like that. */
function takesPart(server: Server, scenario: Scenario): boolean {
  return (
    server.modes.includes(modeOf(scenario)) && scenario.connections <= (server.connections ?? 65536)
  );
}

/** Told before each trial: how many are over, of how many, and how long the rest takes. */
export type OnProgress = (done: number, all: number, secondsLeft: number, what: string) => void;

/** Measures. @returns for each scenario that somebody takes part in */
export async function runRounds(
  servers: readonly Server[],
  scenarios: readonly Scenario[],
  wantedBaseline: string | undefined,
  setting: Setting,
  extent: Extent,
  random: Random,
  onProgress: OnProgress,
): Promise<Results[]> {
  const fields = scenarios.flatMap((scenario) => {
    const taking = servers.filter((server) => takesPart(server, scenario));
    const baseline = taking.find(({ name }) => name === wantedBaseline) ?? taking[0];
    if (baseline === undefined) return [];
    const field = [...taking, { ...baseline, name: again(baseline.name) }];
    const trials = new Map(field.map(({ name }) => [name, [] as Trial[]]));
    return [{ scenario, field, baseline: baseline.name, trials }];
  });
  const inRound = fields.reduce((sum, { field }) => sum + field.length, 0);
  const start = performance.now();
  let done = 0;
  for (let round = 0; round < extent.rounds; ++round) {
    const elapsed = performance.now() - start;
    const nextEnds = start + elapsed + (round === 0 ? 0 : elapsed / round);
    if (nextEnds > extent.deadlineMilliseconds && round > 0) break;
    for (const { scenario, field, trials } of fields) {
      for (const server of shuffled(field, random)) {
        const all = inRound * extent.rounds;
        const each = done === 0 ? setting.measuredMilliseconds : (performance.now() - start) / done;
        onProgress(done, all, ((all - done) * each) / 1000, `${scenario.name} ${server.name}`);
        trials.get(server.name)?.push(await runTrial(server, scenario, setting));
        done += 1;
      }
    }
  }
  return fields;
}
