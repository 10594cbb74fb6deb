/**
 * How long a line is under way while the worker of a pool burns the processor, against how long it
 * is while it rests, in rounds of both by turns. The loop and the client share the first core,
 * where one of them runs at a time, and the worker has the second one. Times are shown and not
 * judged: what is judged is that every line came back and every job came home.
 */

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { dial } from '../bindings/built_program.ts';
import { buildProgram, buildTool } from '../conformance/build.ts';
import { Program } from '../conformance/program.ts';
import type { Backend } from './echo.ts';
import { type Extent, type Proof, proof, skipped } from './proof.ts';

const run = promisify(execFile);

/** Rounds with and without burning, each. */
const rounds = 5;
/** As in test/conformance/burn/loom.config.ts. */
const [loopCore, workerCore] = [0, 1];

/** Times of one round, in nanoseconds. */
interface Round {
  p50: number;
  p99: number;
}

/** Whether this process may use both cores, proc(5). */
function hasBothCores(): boolean {
  const status = readFileSync('/proc/self/status', 'utf8');
  const mask = /^Cpus_allowed:\s.*?([0-9a-f])$/m.exec(status)?.[1] ?? '0';
  return (Number.parseInt(mask, 16) & 0b11) === 0b11;
}

/** Says something to the program's control. @returns its answer, one line */
async function say(control: Socket, word: 'burn' | 'rest'): Promise<string> {
  control.write(`${word}\n`);
  const [answer] = (await once(control, 'data')) as [Buffer];
  return String(answer).trim();
}

/** Sends lines there and back. @throws when one did not come back */
async function round(program: Program, trips: number): Promise<Round> {
  const [host = '', port = ''] = (program.addresses.get('lines') ?? '').split(':');
  const parameters = [host, port, String(loopCore), String(trips)];
  const { stdout } = await run(await buildTool('trips'), parameters);
  const [p50 = Number.NaN, p99 = Number.NaN] = stdout.split(' ').map(Number);
  return { p50, p99 };
}

/** The median of one figure of all rounds. */
function median(all: readonly Round[], figure: keyof Round): number {
  const sorted = all.map((one) => one[figure]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** `p99 18.1 -> 18.3 us (x 1.01)`. */
function compared(figure: keyof Round, resting: readonly Round[], burning: readonly Round[]) {
  const [before, after] = [median(resting, figure), median(burning, figure)];
  const microseconds = [before, after].map((each) => (each / 1000).toFixed(1)).join(' -> ');
  return `${figure} ${microseconds} us (x ${(after / before).toFixed(2)})`;
}

/** The row of one backend. */
async function burning(backend: Backend, trips: number): Promise<Proof> {
  const promise = `round trips while a worker burns, ${backend}`;
  const bound = 'all lines back, all jobs done';
  if (!hasBothCores()) return skipped(promise, 'second core', bound);
  const executable = await buildProgram({ name: 'burn', flavour: 'release' });
  const program = new Program(executable, ['--backend', backend]);
  await program.ready();
  const control = await dial(program.addresses.get('control') ?? '');
  try {
    const times = { resting: [] as Round[], burning: [] as Round[] };
    let burningMilliseconds = 0;
    let done: readonly number[] = [];
    for (let count = 0; count < rounds; ++count) {
      times.resting.push(await round(program, trips));
      const begin = performance.now();
      await say(control, 'burn');
      times.burning.push(await round(program, trips));
      done = (await say(control, 'rest')).split(' ').slice(1).map(Number);
      burningMilliseconds += performance.now() - begin;
    }
    const { exitCode } = await program.stop();
    const [submitted = Number.NaN, finished = Number.NaN, nanoseconds = Number.NaN] = done;
    const busy = Math.round(nanoseconds / 1e4 / burningMilliseconds);
    const figures = (['p50', 'p99'] as const).map((figure) =>
      compared(figure, times.resting, times.burning),
    );
    const pinned = `loop and client on core ${loopCore}, worker on core ${workerCore}`;
    return proof(
      promise,
      `${figures.join(', ')}; ${finished} jobs had ${busy} % of its core; ${pinned}`,
      bound,
      exitCode === 0 && finished > 0 && submitted === finished,
    );
  } finally {
    control.destroy();
    program.signal('SIGKILL');
  }
}

/** All rows about a worker that burns. */
export async function burnProofs({ trips }: Extent): Promise<Proof[]> {
  return [await burning('io_uring', trips), await burning('epoll', trips)];
}
