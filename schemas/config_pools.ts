/** The part of the config that declares pools: worker threads and the queue to them. */
import * as v from 'valibot';
import { integer } from './leaf.ts';
import { limits } from './limits.ts';

/** Threads for work that blocks or computes. */
export const poolSchema = v.strictObject({
  kind: v.literal('pool'),
  /** Worker threads; 1 to 64.
   * @default 2 */
  threads: v.optional(integer('threads', 1, 64), 2),
  /** Cores that the workers are pinned to, one for each thread; 0 to 1023. By default the kernel
   * places them. */
  cores: v.optional(v.array(integer('core', 0, limits.core))),
  /** Jobs that wait for a worker at most, a power of two; 2 to 65536. A full queue refuses:
   * `submit()` says `full`.
   * @default 256 */
  queue: v.optional(integer('jobs', 2, 2 ** 16, 'power of two'), 256),
});
