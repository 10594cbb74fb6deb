/** Every scenario without a server, and the building of who takes part in it. */

import type { Contest } from '../rounds.ts';
import { tried } from '../../../generator/measure/rounds.ts';
import type { Setting } from '../trial.ts';
import { compiling } from './compiling.ts';
import type { Entrant, Inner, Measure } from './entrant.ts';
import { feeds } from './feed/scenario.ts';
import { fibers } from './fibers.ts';
import { generator } from './generator.ts';
import { messages } from './messages.ts';
import { orderbook } from './orderbook/scenario.ts';
import { posts } from './post/scenario.ts';
import { ready } from './ready.ts';
import { typedReads } from './typed/scenario.ts';
import { zones } from './zones.ts';

/** All of them, in the order of the report. */
export const inners: readonly Inner[] = [
  ...fibers,
  ...ready,
  ...generator,
  ...compiling,
  ...messages,
  ...posts,
  ...feeds,
  ...typedReads,
  ...orderbook,
  ...zones,
];

/**
 * Builds whoever is wanted, one after the other.
 * @param onFailure told who cannot be measured here, in which scenario, and why
 */
export async function innerContests(
  scenarios: readonly Inner[],
  isWanted: (entrant: Entrant) => boolean,
  setting: Setting,
  onFailure: (who: string, reason: string) => void,
): Promise<Contest[]> {
  const contests: Contest[] = [];
  for (const scenario of scenarios) {
    const field: { name: string; measure: Measure }[] = [];
    for (const entrant of scenario.entrants.filter(isWanted)) {
      try {
        field.push({ name: entrant.name, measure: await entrant.build() });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        onFailure(`${entrant.name} in ${scenario.name}`, reason);
      }
    }
    contests.push({
      scenario,
      ...(scenario.rounds !== undefined && { rounds: scenario.rounds }),
      field: field.map(({ name, measure }) => ({
        name,
        run: () => tried(() => measure(setting)),
      })),
    });
  }
  return contests;
}
