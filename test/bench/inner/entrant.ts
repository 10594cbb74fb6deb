/** What the benchmark measures without a server: who takes part, and how its figures are read. */

import { join } from 'node:path';
import { Child, Discarded } from '../../../generator/measure/child.ts';
import { here } from '../compile.ts';
import type { Subject } from '../scenarios.ts';
import type { Figures, Setting } from '../trial.ts';

/** Something that can be built here and measured again and again. */
export interface Entrant {
  /** Short and without blanks, as tables and `--only` call it. */
  name: string;
  /** What it is, in a few words. */
  about: string;
  /**
   * Prepares it.
   * @returns what measures it once, and throws Discarded where that does not hold
   * @throws {Error} with a sentence when it cannot be measured here
   */
  build(): Promise<Measure>;
}

/** Measures once. */
export type Measure = (setting: Setting) => Promise<Figures>;

/** A scenario that loads nobody over a socket. */
export interface Inner extends Subject {
  /** Rounds that it has at most; by default as many as all. */
  rounds?: number;
  /** The first is the baseline. */
  entrants: readonly Entrant[];
}

/** A line of JSON that a process ended with. */
export type Counts = Readonly<Record<string, number>>;

/**
 * Runs a process to its end, on `core` unless that is undefined; `name` is for sentences.
 * @throws {Discarded} when it fails, or takes longer than `milliseconds`
 */
export async function resultOf(
  name: string,
  command: readonly string[],
  core: number | undefined,
  milliseconds: number,
): Promise<Counts> {
  const child = new Child(name, command, core);
  try {
    return await child.result(milliseconds);
  } finally {
    await child.kill();
  }
}

/** The command that runs a script of this folder, or of one below it. */
export const node = (script: string, folder = ''): string[] => [
  process.execPath,
  ...['--import', import.meta.resolve('tsx')],
  join(here, 'inner', folder, script),
];

/** A number above 0 of a line. @throws {Discarded} when there is none */
function positive(counts: Counts, field: string): number {
  const value = counts[field];
  if (value === undefined || !(Number.isFinite(value) && value > 0)) {
    throw new Discarded(`the line that was printed has no ${field}: ${JSON.stringify(counts)}`);
  }
  return value;
}

/** From `{count, nanoseconds}`: what one took. @throws {Discarded} */
export function timeOf(counts: Counts): Figures {
  return { time: positive(counts, 'nanoseconds') / positive(counts, 'count') };
}

/**
 * From `{count, nanoseconds, cpu_nanoseconds}`: what one took, by the clock and of processors.
 * @throws {Discarded}
 */
export function usedOf(counts: Counts): Figures {
  return {
    ...timeOf(counts),
    cpu: positive(counts, 'cpu_nanoseconds') / positive(counts, 'count'),
  };
}

/** From `{count, nanoseconds}`: how many came in a second. @throws {Discarded} */
export function rateOf(counts: Counts): Figures {
  return { rate: (positive(counts, 'count') / positive(counts, 'nanoseconds')) * 1e9 };
}

/**
 * From `{count, nanoseconds, bare_nanoseconds}`: what one took, and how much more than bare.
 * @throws {Discarded}
 */
export function readyOf(counts: Counts): Figures {
  const more = positive(counts, 'nanoseconds') - positive(counts, 'bare_nanoseconds');
  return { ...timeOf(counts), overBare: more / positive(counts, 'count') };
}

/** From `{wall_ns, cpu_ns}`, which usage.cpp prints: what a command took. @throws {Discarded} */
export function usageOf(counts: Counts): Figures {
  return { cpu: positive(counts, 'cpu_ns'), time: positive(counts, 'wall_ns') };
}

/** Calls `action` once, however many ask; all of them get its result. */
export function once<Value>(action: () => Promise<Value>): () => Promise<Value> {
  let result: Promise<Value> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}
