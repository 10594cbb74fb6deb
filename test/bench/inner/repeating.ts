/** Programs of this folder that repeat one operation and print how long that took. */

import { compile, here } from '../compile.ts';
import type { Setting } from '../trial.ts';
import { type Entrant, resultOf, timeOf } from './entrant.ts';

/** On top of what is measured. */
const limitMilliseconds = 10_000;

const programs = new Map<string, Promise<string>>();

/** One of the programs, built once. */
function program(target: string, missing: string): Promise<string> {
  const known = programs.get(target) ?? buildProgram(target, missing);
  programs.set(target, known);
  return known;
}

/** @throws {Error} with the sentence `missing` when a library is */
async function buildProgram(target: string, missing: string): Promise<string> {
  try {
    return await compile(here, 'load', target);
  } catch (error) {
    if (!/unknown target/.test(String(error))) throw error;
    throw new Error(missing);
  }
}

/**
 * Who repeats an operation.
 * @param missing said where the library is missing that the program needs
 */
export function repeating(
  name: string,
  about: string,
  target: string,
  operation: string,
  missing: string,
): Entrant {
  const build = async () => {
    const executable = await program(target, missing);
    return async ({ warmupMilliseconds, measuredMilliseconds, serverCore }: Setting) => {
      const times = [String(warmupMilliseconds), String(measuredMilliseconds)];
      const limit = limitMilliseconds + warmupMilliseconds + measuredMilliseconds;
      return timeOf(await resultOf(name, [executable, operation, ...times], serverCore, limit));
    };
  };
  return { name, about, build };
}
