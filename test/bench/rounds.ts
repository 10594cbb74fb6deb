/**
 * Rounds: each has every contest, each contest everybody who takes part, in an order of its own.
 * So what disturbs the machine for a while disturbs all of them, and whatever ran in the same
 * round can be compared. The baseline takes part twice, under two names: the ratio of the two is
 * what the machine's noise alone makes of equal servers.
 */

import { modeOf, type Scenario, type Subject } from './scenarios.ts';
import type { Server } from './server.ts';
import { type Random, shuffled } from './statistics.ts';
import { runTrial, type Setting, type Trial } from './trial.ts';

/** Who can be measured in a contest. */
export interface Contestant {
  name: string;
  /** Measures it once. */
  run(): Promise<Trial>;
}

/** Whom a scenario compares. */
export interface Contest {
  scenario: Subject;
  field: readonly Contestant[];
  /** Rounds that it has at most, where a trial takes long or always finds the same. */
  rounds?: number;
}

/** Who is compared under a scenario, and what came of it. */
export interface Results {
  scenario: Subject;
  /** The name of the contestant that the others are compared with. */
  baseline: string;
  /** By name, the trial of each round. */
  trials: ReadonlyMap<string, Trial[]>;
}

/** How much is measured. */
export interface Extent {
  rounds: number;
  /** How long a trial may take, as long as none has shown it. */
  trialMilliseconds: number;
  /** When no further round begins, on performance.now(). */
  deadlineMilliseconds: number;
}

/** The name under which the baseline runs a second time. */
export const again = (name: string): string => `${name} again`;

/** Whether a server can be loaded like that. */
export function takesPart(server: Omit<Server, 'command'>, scenario: Scenario): boolean {
  return (
    server.modes.includes(modeOf(scenario)) &&
    server.transports.includes(scenario.transport) &&
    scenario.connections <= (server.connections ?? 65536)
  );
}

/** Told before each trial: how many are over, of how many, and how long the rest takes. */
export type OnProgress = (done: number, all: number, secondsLeft: number, what: string) => void;

/** The servers under each load. */
export function contestsOf(
  servers: readonly Server[],
  scenarios: readonly Scenario[],
  setting: Setting,
): Contest[] {
  return scenarios.map((scenario) => ({
    scenario,
    field: servers
      .filter((server) => takesPart(server, scenario))
      .map((server) => ({
        name: server.name,
        run: () => runTrial(server, scenario, setting),
      })),
  }));
}

/** Measures. @returns for each contest that somebody takes part in */
export async function runRounds(
  contests: readonly Contest[],
  wantedBaseline: string | undefined,
  extent: Extent,
  random: Random,
  onProgress: OnProgress,
): Promise<Results[]> {
  const fields = contests.flatMap(({ scenario, field: taking, rounds = extent.rounds }) => {
    const baseline = taking.find(({ name }) => name === wantedBaseline) ?? taking[0];
    if (baseline === undefined) return [];
    const field = [...taking, { name: again(baseline.name), run: () => baseline.run() }];
    const trials = new Map(field.map(({ name }) => [name, [] as Trial[]]));
    return [
      { scenario, field, baseline: baseline.name, trials, rounds: Math.min(rounds, extent.rounds) },
    ];
  });
  const all = fields.reduce((sum, { field, rounds }) => sum + field.length * rounds, 0);
  const start = performance.now();
  let done = 0;
  for (let round = 0; round < extent.rounds; ++round) {
    const elapsed = performance.now() - start;
    const nextEnds = start + elapsed + (round === 0 ? 0 : elapsed / round);
    if (nextEnds > extent.deadlineMilliseconds && round > 0) break;
    for (const { scenario, field, trials, rounds } of fields) {
      if (round >= rounds) continue;
      for (const contestant of shuffled(field, random)) {
        const each = done === 0 ? extent.trialMilliseconds : (performance.now() - start) / done;
        onProgress(done, all, ((all - done) * each) / 1000, `${scenario.name} ${contestant.name}`);
        trials.get(contestant.name)?.push(await contestant.run());
        done += 1;
      }
    }
  }
  return fields;
}
