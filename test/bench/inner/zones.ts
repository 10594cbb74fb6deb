/** What a zone of a profiling build costs while nobody looks. */

import type { Inner } from './entrant.ts';
import { repeating } from './repeating.ts';

const missing = 'Tracy is not here: docs/PROFILING.md says how to install it';

const entrant = (name: string, about: string, operation: string) =>
  repeating(name, about, 'zones', operation, missing);

/** Every scenario of zones. */
export const zones: readonly Inner[] = [
  {
    name: 'zone',
    about: 'a small function, no profiler connected',
    metric: 'time',
    quick: false,
    entrants: [
      entrant('without', 'as a plain build has it', 'plain'),
      entrant('loom-zone', "on a reactor's thread", 'zone'),
      entrant('loom-zone-elsewhere', 'on another thread, which asks each time', 'foreign'),
      entrant('tracy-macro', 'ZoneScoped', 'macro'),
    ],
  },
];
