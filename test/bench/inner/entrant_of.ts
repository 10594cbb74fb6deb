/** For tests: entrants by their name and that of their scenario, and a setting that is short. */
import type { Setting } from '../trial.ts';
import { inners } from './contests.ts';
import type { Entrant } from './entrant.ts';

/** A few milliseconds on any core: what is tested is that there is a figure. */
export const setting: Setting = {
  load: '',
  measuredMilliseconds: 5,
  warmupMilliseconds: 1,
  serverCore: undefined,
  loadCore: undefined,
};

/** The entrant of a scenario. @throws when there is none of these names */
export function entrantOf(scenario: string, name: string): Entrant {
  const found = inners
    .find((inner) => inner.name === scenario)
    ?.entrants.find((entrant) => entrant.name === name);
  if (found === undefined) throw new Error(`no ${name} in ${scenario}`);
  return found;
}
