/** Memory after the start: nothing is allocated or mapped, and what is resident stays as it is. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '../conformance/program.ts';
import { type Backend, load, type Style, signalChild, startEcho, stopEcho, ways } from './echo.ts';
import { type Extent, type Proof, proof, skipped } from './proof.ts';

/** Lines at once: as many as keep the program from ever waiting. */
const depth = 2000;

/** Growth that is not the program's own: pages of its stack and of the C library. */
const residentBoundKibibytes = 64;

/** Asks the program's counter, for the `question`th time, how often it allocated so far. */
async function allocations(program: Program, question: number): Promise<number> {
  program.signal('SIGUSR1');
  await program.said(/^M \d+$/, question);
  const answers = program.talk.filter((line) => /^M \d+$/.test(line));
  return Number(answers[question - 1]?.slice(2));
}

/** What is resident, proc(5). */
function residentKibibytes(program: Program): number {
  const text = readFileSync(`/proc/${program.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]);
}

/** The first tenth of the messages may warm up what it likes. */
async function constant(style: Style, backend: Backend, messages: number): Promise<Proof[]> {
  const program = await startEcho(style, backend);
  try {
    await load(program, messages / 10, depth);
    const before = await allocations(program, 1);
    const residentBefore = residentKibibytes(program);
    await load(program, messages - messages / 10, depth);
    const calls = (await allocations(program, 2)) - before;
    const resident = residentKibibytes(program);
    const counters = await stopEcho(program);
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
    ];
  } finally {
    program.signal('SIGKILL');
  }
}

/** Counts calls that map memory while messages pass, by strace(1). */
async function mappings(style: Style, backend: Backend): Promise<Proof> {
  const promise = `mmap, mremap, munmap, brk, ${style}, ${backend}`;
  if (spawnSync('strace', ['-V']).status !== 0) return skipped(promise, 'strace', '0');
  const folder = mkdtempSync(join(tmpdir(), 'loom-proofs-'));
  const file = join(folder, 'calls');
  const launcher = ['strace', '-f', '-o', file, '-e', 'trace=mmap,mremap,munmap,brk'];
  const program = await startEcho(style, backend, launcher);
  try {
    signalChild(program);
    await load(program, 1000, depth);
    await allocations(program, 1);
    await load(program, 40_000, depth);
    await allocations(program, 2);
    await stopEcho(program);
    const lines = readFileSync(file, 'utf8').split('\n');
    const marks = lines.map((line) => line.includes('SIGUSR1'));
    const isCall = (line: string): boolean => /m(?:un|re)?map\(|brk\(/.test(line);
    const atStart = lines.slice(0, marks.indexOf(true)).filter(isCall).length;
    const between = lines.slice(marks.indexOf(true), marks.lastIndexOf(true)).filter(isCall).length;
    const measured = `${between} in 40000 messages, ${atStart} at the start`;
    return proof(promise, measured, '0', between === 0 && atStart > 0);
  } finally {
    program.signal('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All rows about memory. */
export async function memoryProofs(extent: Extent): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const { style, backend } of ways) {
    proofs.push(...(await constant(style, backend, extent.messages)));
    proofs.push(await mappings(style, backend));
  }
  return proofs;
}
