/** What fibers cost in each of our contexts, beside a bare pair of jumps. */

import { compile, here } from '../compile.ts';
import type { Setting } from '../trial.ts';
import { type Entrant, type Inner, resultOf, timeOf } from './entrant.ts';

/** On top of what is measured. */
const limitMilliseconds = 10_000;

const programs = new Map<string, Promise<string>>();

/** One of the programs, built once. */
function program(target: string): Promise<string> {
  const known = programs.get(target) ?? buildProgram(target);
  programs.set(target, known);
  return known;
}

/** @throws {Error} with a sentence when a library is missing */
async function buildProgram(target: string): Promise<string> {
  try {
    return await compile(here, 'load', target);
  } catch (error) {
    if (!/unknown target/.test(String(error))) throw error;
    throw new Error('Boost.Context is not here: apt-get install -y libboost-context-dev');
  }
}

/** A program that repeats an operation. */
function repeating(name: string, about: string, target: string, operation: string): Entrant {
  const build = async () => {
    const executable = await program(target);
    return async ({ warmupMilliseconds, measuredMilliseconds, serverCore }: Setting) => {
      const times = [String(warmupMilliseconds), String(measuredMilliseconds)];
      const limit = limitMilliseconds + warmupMilliseconds + measuredMilliseconds;
      return timeOf(await resultOf(name, [executable, operation, ...times], serverCore, limit));
    };
  };
  return { name, about, build };
}

/** An operation in each context; `jumps` is what the bare program does meanwhile. */
function operation(name: string, jumps: 'switch' | 'create', about: string): Inner {
  return {
    name: `fiber-${name}`,
    about,
    metric: 'time',
    quick: name === 'switch',
    entrants: [
      repeating('fcontext-jump', 'a pair of jumps, nothing around it', 'jump', jumps),
      repeating('loom-fcontext', "Boost.Context's, the default", 'fibers-fcontext', name),
      repeating('loom-assembly', 'our own instructions', 'fibers-assembly', name),
      repeating('loom-ucontext', "the C library's", 'fibers-ucontext', name),
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
