/** What declares calls in a `loom.config.ts`. Plain data, as everything in `define.ts`. */
import type { CallOptions } from './define_options.ts';

/**
 * A C++ function that JavaScript runs on the threads of a pool: `call({ on, pool, request, reply,
 * handler })` is `await program.name.call({ … })` there.
 */
export function call<
  const On extends string,
  const Pool extends string,
  const Message extends string,
>(options: CallOptions<On, Pool, Message>) {
  return { ...options, kind: 'call' as const };
}
