/** What fibers cost in each of our contexts, beside a bare pair of jumps. */

import type { Inner } from './entrant.ts';
import { repeating } from './repeating.ts';

const missing = 'Boost.Context is not here: apt-get install -y libboost-context-dev';

/** An operation in each context; `jumps` is what the bare program does meanwhile. */
function operation(name: string, jumps: 'switch' | 'create', about: string): Inner {
  return {
    name: `fiber-${name}`,
    about,
    metric: 'time',
    quick: name === 'switch',
    entrants: [
      repeating('fcontext-jump', 'a pair of jumps, nothing around it', 'jump', jumps, missing),
      repeating('loom-fcontext', "Boost.Context's, the default", 'fibers-fcontext', name, missing),
      repeating('loom-assembly', 'our own instructions', 'fibers-assembly', name, missing),
      repeating('loom-ucontext', "the C library's", 'fibers-ucontext', name, missing),
    ],
  };
}

/** Every scenario of fibers. */
export const fibers: readonly Inner[] = [
  operation('switch', 'switch', 'into a context and back'),
  operation('yield', 'switch', 'a fiber yields to the loop and is run again, beside two jumps'),
  operation('create', 'create', 'a fiber is spawned, runs and ends'),
  operation('baton', 'switch', 'a fiber waits, another posts, and it goes on, beside two jumps'),
];
