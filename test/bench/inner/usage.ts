/** Commands, and what they take of processors and time. */

import { compile, here } from '../compile.ts';
import type { Figures } from '../trial.ts';
import { once, resultOf, usageOf } from './entrant.ts';

/** A build takes seconds; ten minutes are more than any machine should need. */
const limitMilliseconds = 600_000;

const program = once(() => compile(here, 'load', 'usage'));

/**
 * Runs a command to its end.
 * @returns its wall time, and the CPU time of it and of all that it waited for
 * @throws {Discarded} when it fails
 */
export async function used(name: string, command: readonly string[]): Promise<Figures> {
  const usage = await program();
  return usageOf(await resultOf(name, [usage, ...command], undefined, limitMilliseconds));
}
