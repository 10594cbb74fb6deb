/**
 * How many tests a suite ran, and what they took, read from what its runner printed.
 *
 * Every runner has a summary that is meant for people; these functions read the lines that have
 * been stable for years, and nothing else. Whatever they cannot read counts as no test at all,
 * which the aggregator reports as a failure: a renamed summary cannot hide a broken suite.
 */

/** Results of one suite. */
export interface Counts {
  /** Tests that ran and held. */
  passed: number;
  /** Tests that did not hold, crashes included. */
  failed: number;
  /** Tests that said they could not run here. */
  skipped: number;
}

/** What a finished suite left behind. */
export interface Outcome {
  /** Everything printed, stdout and stderr in order. */
  output: string;
  /** The last command exited with 0. */
  ok: boolean;
}

/** Reads the number before some words, 0 when they do not occur. */
function numberBefore(output: string, words: RegExp): number {
  let number = 0;
  for (const match of output.matchAll(new RegExp(`^\\s*(\\d+) ${words.source}`, 'gm'))) {
    number = Number(match[1]);
  }
  return number;
}

/** Counts a command that is one check: it holds when it exits with 0. */
export function countOneCheck({ ok }: Outcome): Counts {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/**
 * Counts ava's summary; a crash or an exception outside a test is one failure more. ava leaves the
 * number that passed out of a summary with failures: then the lines of single tests are counted.
 */
export function countAva({ output }: Outcome): Counts {
  const lines = [...output.matchAll(/^ {2}✔ /gm)].length;
  return {
    passed: numberBefore(output, /tests? passed/) || lines,
    failed:
      numberBefore(output, /tests? failed/) +
      numberBefore(output, /(?:uncaught exceptions?|unhandled rejections?)/),
    skipped: numberBefore(output, /tests? skipped/) + numberBefore(output, /tests? todo/),
  };
}

/** Counts ctest's summary. */
export function countCtest({ output }: Outcome): Counts {
  const summary = /tests passed, (\d+) tests? failed out of (\d+)/.exec(output);
  if (!summary) return { passed: 0, failed: 0, skipped: 0 };
  const failed = Number(summary[1]);
  const skipped = skippedNames({ output, ok: true }).length;
  return { passed: Number(summary[2]) - failed - skipped, failed, skipped };
}

/** The names of tests that ava or ctest says were skipped, in the order of the output. */
export function skippedNames({ output }: Outcome): string[] {
  const skipped = /^ {2}- \[(?:skip|todo)\] (.+)$|^\s*\d+ - (.*) \((?:Skipped|Disabled)\)$/gm;
  return [...output.matchAll(skipped)].map(([, ava, ctest]) => ava ?? ctest ?? '');
}

/** The names of tests that ava or ctest says failed, in the order of the output. */
export function failedNames({ output }: Outcome): string[] {
  const failed =
    /^ {2}✘ \[fail\]: (.+?)(?: \([\d.]+\w+\))?$|^\s*\d+ - (.*) \((?!Skipped|Disabled)\w+\)$/gm;
  return [...output.matchAll(failed)].map(([, ava, ctest]) => ava ?? ctest ?? '');
}

/**
 * What a suite's result is, all told: a command that failed, or that ran no test, is a failure even
 * if its summary does not say so.
 */
export function judge(counts: Counts, { ok }: Outcome): Counts {
  const ranNothing = counts.passed + counts.failed === 0;
  return counts.failed === 0 && (!ok || ranNothing) ? { ...counts, failed: 1 } : counts;
}

/** `N passed, N failed`, and how many were skipped if any were. */
export function summarise({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * For how long a command and what it waited for had processors, user and system together.
 * @param times what times(1p) printed: a line for the shell, and one for its children
 * @returns seconds; 0 where it printed nothing
 */
export function cpuSecondsOf(times: string): number {
  const [, children = ''] = times.split('\n');
  let seconds = 0;
  for (const [, minutes, rest] of children.matchAll(/(\d+)m([\d.]+)s/g)) {
    seconds += Number(minutes) * 60 + Number(rest);
  }
  return seconds;
}
