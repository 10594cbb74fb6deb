/**
 * Memory after the start: nothing is allocated or mapped, and what is resident stays as it is. Two
 * counters are linked into the program for it: test/conformance/native/*_counter.cpp.
 */

import { readFileSync } from 'node:fs';
import type { Program } from '../conformance/program.ts';
import { type Backend, load, type Style, startEcho, stopEcho, ways } from './echo.ts';
import { type Extent, type Proof, proof, skipped } from './proof.ts';

/** Lines at once: as many as keep the program from ever waiting. */
const depth = 2000;

/** Growth that is not the program's own: pages of its stack and of the C library. */
const residentBoundKibibytes = 64;

/** Sends `signal` for the `question`th time; its counter answers with a line of the `pattern`. */
async function ask(
  program: Program,
  signal: 'SIGUSR1' | 'SIGUSR2',
  pattern: RegExp,
  question = 1,
): Promise<string> {
  program.signal(signal);
  await program.said(pattern, question);
  return program.talk.filter((line) => pattern.test(line))[question - 1] ?? '';
}

/** Asks for the `question`th time how often the program allocated so far. */
async function allocations(program: Program, question: number): Promise<number> {
  return Number((await ask(program, 'SIGUSR1', /^M \d+$/, question)).slice(2));
}

/** What is resident, proc(5). */
function residentKibibytes(program: Program): number {
  const text = readFileSync(`/proc/${program.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]);
}

/** The row about mappings; `refusal` is what the counter said when it could not begin. */
function mappings(
  who: string,
  refusal: string | undefined,
  between: number,
  inAll: number,
  of: number,
) {
  const promise = `mmap, mremap, munmap, mprotect, brk after init, ${who}`;
  if (refusal !== undefined) return skipped(promise, `seccomp(2) notification (${refusal})`, '0');
  const atStop = inAll - between;
  const measured = `${between} in ${of} messages, ${atStop} at its stop, by a seccomp filter`;
  // The calls of the stop show that the reactor's thread is watched.
  return proof(promise, measured, '0', between === 0 && atStop > 0);
}

/** All messages in one run; what is resident may grow during the first tenth of them. */
async function constant(style: Style, backend: Backend, messages: number): Promise<Proof[]> {
  const program = await startEcho(style, backend);
  try {
    const begun = await ask(program, 'SIGUSR2', /^P (?:armed|refused \d+)$/);
    const refusal = begun === 'P armed' ? undefined : begun.slice(2);
    const before = await allocations(program, 1);
    await load(program, messages / 10, depth);
    const residentBefore = residentKibibytes(program);
    await load(program, messages - messages / 10, depth);
    const calls = (await allocations(program, 2)) - before;
    const resident = residentKibibytes(program);
    const count = refusal === undefined ? await ask(program, 'SIGUSR2', /^P \d+$/) : 'P 0';
    const counters = await stopEcho(program);
    const total = program.talk.find((line) => line.startsWith('P end'));
    const counted = counters.allocations_after_init ?? Number.NaN;
    const received = counters.messages_received ?? 0;
    const growth = resident - residentBefore;
    const who = `${style}, ${backend}`;
    return [
      proof(
        `allocations after init, ${who}`,
        `${calls} malloc, ${counted} new in ${received} messages`,
        '0',
        calls === 0 && counted === 0 && before > 0 && received >= messages,
      ),
      proof(
        `resident memory, ${who}`,
        `${residentBefore} KiB at 10 %, ${resident} KiB at 100 %`,
        `+${residentBoundKibibytes} KiB`,
        growth <= residentBoundKibibytes,
      ),
      mappings(who, refusal, Number(count.slice(2)), Number(total?.slice(6)), received),
    ];
  } finally {
    program.signal('SIGKILL');
  }
}

/** All rows about memory. */
export async function memoryProofs(extent: Extent): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const { style, backend } of ways) {
    proofs.push(...(await constant(style, backend, extent.messages)));
  }
  return proofs;
}
