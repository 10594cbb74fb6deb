/**
 * Rounds: each has every contest, each contest everybody who takes part, in an order of its own.
 * So what disturbs the machine for a while disturbs all of them, and whatever ran in the same
 * round can be compared. The baseline takes part twice, under two names: the ratio of the two is
 * what the machine's noise alone makes of equals.
 */
import { Discarded } from './child.ts';
import { type Random, shuffled } from './statistics.ts';

/** A trial that held, or why it did not. */
export type Trial<Figures> = { figures: Figures } | { discarded: string };

/** Who can be measured in a contest. */
export interface Contestant<Figures> {
  name: string;
  /** Measures it once. */
  run(): Promise<Trial<Figures>>;
}

/** Whom a scenario compares. */
export interface Contest<Subject, Figures> {
  scenario: Subject;
  field: readonly Contestant<Figures>[];
  /** Rounds that it has at most, where a trial takes long or always finds the same. */
  rounds?: number;
}

/** Who is compared under a scenario, and what came of it. */
export interface Results<Subject, Figures> {
  scenario: Subject;
  /** The name of the contestant that the others are compared with. */
  baseline: string;
  /** By name, the trial of each round. */
  trials: ReadonlyMap<string, Trial<Figures>[]>;
}

/** How much is measured. */
export interface Extent {
  rounds: number;
  /** How long a trial may take, as long as none has shown it. */
  trialMilliseconds: number;
  /** When no further round begins, on performance.now(). */
  deadlineMilliseconds: number;
}

/** Told before each trial: how many are over, of how many, and how long the rest takes. */
export type OnProgress = (done: number, all: number, secondsLeft: number, what: string) => void;

/** The name under which the baseline runs a second time. */
export const again = (name: string): string => `${name} again`;

/** What `measure` finds, or why the trial has no figures. */
export async function tried<Figures>(measure: () => Promise<Figures>): Promise<Trial<Figures>> {
  try {
    return { figures: await measure() };
  } catch (error) {
    if (error instanceof Discarded) return { discarded: error.message };
    throw error;
  }
}

/**
 * Measures.
 *
 * @param wantedBaseline a name; the first who takes part where nobody is called so.
 * @returns for each contest that somebody takes part in.
 */
export async function runRounds<Subject extends { name: string }, Figures>(
  contests: readonly Contest<Subject, Figures>[],
  wantedBaseline: string | undefined,
  extent: Extent,
  random: Random,
  onProgress: OnProgress,
): Promise<Results<Subject, Figures>[]> {
  const fields = contests.flatMap(({ scenario, field: taking, rounds = extent.rounds }) => {
    const baseline = taking.find(({ name }) => name === wantedBaseline) ?? taking[0];
    if (baseline === undefined) return [];
    const field = [...taking, { name: again(baseline.name), run: () => baseline.run() }];
    const trials = new Map(field.map(({ name }) => [name, [] as Trial<Figures>[]]));
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
