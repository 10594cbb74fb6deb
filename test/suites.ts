/**
 * Every suite of `npm test`, as data. To add one, add a row: a name for `--only`, the commands in
 * order (the last one is counted, the others prepare it), and how its tests are counted.
 *
 * They begin in this order, two at once: first those in which a mistake is cheapest to see, then
 * the one that takes longest, which leaves the others what its tests do not need.
 */

import { readFileSync } from 'node:fs';
import type { Counts, Outcome } from './count.ts';
import { countAva, countCtest, countOneCheck } from './count.ts';

/** One row of the table. */
export interface Suite {
  /** What `--only` calls it. */
  name: string;
  /** What it is about, in a few words. */
  about: string;
  /** Commands, each an argument list; a failing one ends the suite. */
  commands: readonly (readonly string[])[];
  /** Variables on top of the inherited environment. */
  environment?: Readonly<Record<string, string>>;
  /** Runs when `--only` names it and not by default: another suite is its bounded version. */
  onlyWhenNamed?: boolean;
  /** Reads the number of tests from the last command's output. */
  count: (outcome: Outcome) => Counts;
}

/** Longest time one suite may take, in seconds; a suite that hangs is ended and failed. */
export const suiteLimitSeconds = 1460;

const bin = (name: string): string => `node_modules/.bin/${name}`;

/**
 * ThreadSanitizer of clang 14 cannot start where the kernel randomises more than 28 bits of an
 * address; there the tests run without that randomisation.
 */
function withoutWideRandomisation(command: readonly string[]): readonly string[] {
  try {
    const bits = Number(readFileSync('/proc/sys/vm/mmap_rnd_bits', 'utf8'));
    return bits > 28 ? ['setarch', '-R', ...command] : command;
  } catch {
    return command;
  }
}

/** The runtime's GoogleTest cases, built by one preset of the root CMakePresets.json. */
function ctest(
  preset: 'debug' | 'bounded' | 'asan' | 'tsan',
  compiler: string,
  about: string,
): Suite {
  const run = ['ctest', '--preset', preset];
  // The proofs of another suite build some of the bounded ones.
  const alone = ['flock', `build/${preset}.lock`, 'cmake'];
  return {
    name: `ctest-${preset}`,
    about,
    commands: [
      ['mkdir', '-p', 'build'],
      [...alone, '--preset', preset],
      [...alone, '--build', '--preset', preset],
      preset === 'tsan' ? withoutWideRandomisation(run) : run,
    ],
    environment: { CXX: compiler },
    count: countCtest,
  };
}

/** The table. */
export const suites: readonly Suite[] = [
  {
    name: 'tsc',
    about: 'types of everything in TypeScript',
    commands: [[bin('tsc'), '-p', 'tsconfig.json']],
    count: countOneCheck,
  },
  {
    name: 'biome',
    about: 'lint and format of TypeScript and JSON',
    commands: [[bin('biome'), 'ci', '--colors=off', '--max-diagnostics=200']],
    count: countOneCheck,
  },
  {
    name: 'tidy',
    about: 'the shape of the repository',
    commands: [[bin('ava'), 'test/tidy/**']],
    count: countAva,
  },
  {
    name: 'compile',
    about: 'runtime headers alone and together, g++, clang and clang-tidy',
    commands: [[bin('ava'), 'test/compile/**']],
    count: countAva,
  },
  {
    name: 'ava',
    about: 'the generator, its output and the bindings',
    commands: [[bin('ava'), 'test/!(tidy|compile)/**']],
    count: countAva,
  },
  ctest('bounded', 'g++', 'fibers in every context, and servers, with g++'),
  { ...ctest('debug', 'g++', 'the whole runtime with g++, assertions on'), onlyWhenNamed: true },
  // clang compiles these sanitizers in less than half of g++'s time.
  ctest('asan', 'clang++', 'the runtime under ASan and UBSan'),
  ctest('tsan', 'clang++', 'the runtime under TSan'),
];
