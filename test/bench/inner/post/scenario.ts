/**
 * How fast messages of 100 bytes reach a reactor from JavaScript: posted one by one, each visible
 * at once, and in batches that become visible together. JavaScript sets a word of each, the rest is
 * cleared; the reactor looks at that word.
 */

import { join } from 'node:path';
import { here } from '../../compile.ts';
import { buildAddon } from '../addon.ts';
import { type Entrant, type Inner, node, once, rateOf, resultOf, usedOf } from '../entrant.ts';

/** On top of what is measured: Node starts, and a program. */
const limitMilliseconds = 20_000;
const batchMessages = 512;

const program = once(() => buildAddon(join(here, 'inner/post', './post.config.ts'), 'post'));

const entrant = (name: string, about: string, batch: number): Entrant => ({
  name,
  about,
  build: async () => {
    const module = await program();
    return async ({ warmupMilliseconds, measuredMilliseconds, serverCore }) => {
      const core = String(serverCore ?? 'any');
      const times = [String(warmupMilliseconds), String(measuredMilliseconds)];
      const writer = [...node('./write_loom.ts', 'post'), module, core, String(batch), ...times];
      const limit = limitMilliseconds + warmupMilliseconds + measuredMilliseconds;
      const counts = await resultOf('the writer', writer, undefined, limit);
      return { ...rateOf(counts), cpu: usedOf(counts).cpu ?? 0 };
    };
  },
});

/** The scenario of messages from JavaScript. */
export const posts: readonly Inner[] = [
  {
    name: 'js-to-native',
    about: 'messages of 100 B that a reactor takes from JavaScript',
    metric: 'rate',
    quick: false,
    entrants: [
      entrant('loom-post', 'one by one', 1),
      entrant('loom-post-many', `in batches of ${batchMessages}`, batchMessages),
    ],
  },
];
