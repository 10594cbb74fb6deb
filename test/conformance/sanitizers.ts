/**
 * The scenario list under a sanitizer: a report ends the program with another exit code, and its
 * text is among what the program said.
 */

import { readFileSync } from 'node:fs';
import type { TestFn } from 'ava';
import { boundedPart, declareScenarios, scenarios } from './play.ts';
import type { Executables, Scenario } from './world.ts';

/** Every report is an error; no leak is small enough. */
const environment = {
  ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0:exitcode=99',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1:exitcode=99',
  TSAN_OPTIONS: 'halt_on_error=1:exitcode=99:second_deadlock_stack=1',
};

/**
 * ThreadSanitizer of this age cannot start where the kernel randomises more than 28 bits of an
 * address; there the program runs without that randomisation.
 */
function launcherFor(flavour: 'address' | 'thread'): string[] {
  const bits = Number(readFileSync('/proc/sys/vm/mmap_rnd_bits', 'utf8'));
  return flavour === 'thread' && bits > 28 ? ['setarch', '-R'] : [];
}

/** Declares `list` on both backends under one sanitizer; among all suites on each in turn. */
export function declareSanitized(
  test: TestFn,
  flavour: 'address' | 'thread',
  title: string,
  executables: Promise<Executables>,
  list: readonly Scenario[] = scenarios,
): void {
  const launcher = launcherFor(flavour);
  for (const [index, backend] of (['io_uring', 'epoll'] as const).entries()) {
    const stage = async () => ({ executables: await executables, backend, launcher, environment });
    declareScenarios(test, `${title}, ${backend}`, stage, boundedPart(list, 2, index));
  }
}
