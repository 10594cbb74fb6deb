/**
 * What a message costs: entries into the kernel, as the reactor counts them (Stat::kernel_entries),
 * and instructions, as callgrind counts them. The recorded figures are in recorded.json.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { load, type Style, startEcho, stopEcho, ways } from './echo.ts';
import { type Proof, proof, skipped } from './proof.ts';

/** The figures that must not grow, by the name of their row. */
const recorded = JSON.parse(
  readFileSync(new URL('./recorded.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, number>>;

const entriesMessages = 16_000;
/** How far a count of entries may lie above what was recorded: scheduling cuts batches apart. */
const entriesTolerance = 0.25;
/** How far instructions may lie from what was recorded, either way. */
const instructionsTolerance = 0.1;

/** Entries into the kernel a message, `depth` at once. */
async function entries(depth: number): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const { style, backend } of ways) {
    const program = await startEcho(style, backend);
    await load(program, entriesMessages, depth);
    const counters = await stopEcho(program);
    const each = (counters.kernel_entries ?? Number.NaN) / entriesMessages;
    const name = `kernel entries a message, depth ${depth}, ${style}, ${backend}`;
    const bound = (recorded[name] ?? 0) * (1 + entriesTolerance);
    proofs.push(proof(name, each.toFixed(3), `${bound.toFixed(3)}`, each <= bound));
  }
  return proofs;
}

/** Instructions of a whole run on epoll: valgrind 3.19 does not know io_uring. */
async function instructions(style: Style, messages: number): Promise<number> {
  const launcher = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null'];
  const program = await startEcho(style, 'epoll', launcher);
  await load(program, messages, 16);
  await stopEcho(program);
  const collected = program.talk.map((line) => /Collected : (\d+)/.exec(line)?.[1]).find(Boolean);
  return Number(collected);
}

/** Instructions a message: what a longer run takes more than a shorter one. */
async function perMessage(style: Style): Promise<Proof> {
  const name = `instructions a message, depth 16, ${style}, epoll`;
  const figure = recorded[name] ?? 0;
  const bound = `${figure} ± ${instructionsTolerance * 100} %`;
  if (spawnSync('valgrind', ['--version']).status !== 0) return skipped(name, 'valgrind', bound);
  const [few, many] = [1600, 9600];
  const more = (await instructions(style, many)) - (await instructions(style, few));
  const each = Math.round(more / (many - few));
  const holds = Math.abs(each - figure) <= figure * instructionsTolerance;
  return proof(name, String(each), bound, holds);
}

/** All rows about costs. */
export async function costProofs(): Promise<Proof[]> {
  return [
    ...(await entries(1)),
    ...(await entries(16)),
    await perMessage('callback'),
    await perMessage('fiber'),
  ];
}
