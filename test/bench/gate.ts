/**
 * `npm run bench -- --gate`: what a message costs in instructions and entries into the kernel, held
 * against the figures of recorded_gate.json. Only counts that come out the same on a busy machine:
 * the load generator sends when every thread of the server sleeps, so each turn of the loop finds
 * the same; and what a run takes to begin and end is taken away by a shorter one.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Child } from '../../generator/measure/child.ts';
import { buildLoad } from './compile.ts';
import { buildVariant } from './loom_servers.ts';
import { machineNow } from '../../generator/measure/machine.ts';
import type { Mode } from './server.ts';
import { freeAddress, removeSocket, startMilliseconds, stopMilliseconds } from './trial.ts';

/** A cost of one message under one load. */
interface Cost {
  what: 'kernel entries' | 'instructions';
  mode: Mode;
  style: 'callback' | 'fiber';
  backend: 'io_uring' | 'epoll';
  /** Messages that come at once. */
  atOnce: number;
}

/** A row of the gate. */
export interface Gated {
  name: string;
  measured: number | null;
  recorded: number | null;
  verdict: 'ok' | 'FAIL' | 'fell' | 'new' | 'skipped';
}

/** What recorded_gate.json holds. */
interface Recorded {
  /** Instructions depend on it. */
  compiler: string;
  figures: Readonly<Record<string, number>>;
}

const file = new URL('./recorded_gate.json', import.meta.url);
/** How far a figure may lie above the recorded one. */
const tolerance = 0.02;
/**
 * A shorter and a longer run, in bursts of messages. How many instructions a start takes depends on
 * how long it waits for the clock, so where they are counted the longer run outweighs that.
 */
const bursts = {
  'kernel entries': { few: 10, many: 110 },
  instructions: { few: 10, many: 3010 },
} as const;
/** How often a count is taken that is not as recorded: a late look at the clock adds to one. */
const attempts = 3;
const loadMilliseconds = 60_000;

const styles = ['callback', 'fiber'] as const;

const costs: readonly Cost[] = [
  ...styles.flatMap((style) =>
    (['io_uring', 'epoll'] as const).flatMap((backend) => [
      { what: 'kernel entries' as const, mode: 'echo' as const, style, backend, atOnce: 1 },
      { what: 'kernel entries' as const, mode: 'echo' as const, style, backend, atOnce: 16 },
      { what: 'kernel entries' as const, mode: 'sink' as const, style, backend, atOnce: 8 },
    ]),
  ),
  // valgrind 3.19 stops in io_uring_setup.
  ...styles.flatMap((style) => [
    {
      what: 'instructions' as const,
      mode: 'echo' as const,
      style,
      backend: 'epoll' as const,
      atOnce: 16,
    },
    {
      what: 'instructions' as const,
      mode: 'sink' as const,
      style,
      backend: 'epoll' as const,
      atOnce: 8,
    },
  ]),
];

const nameOf = ({ what, mode, style, backend, atOnce }: Cost): string =>
  `${what} a message, ${mode}, ${atOnce} at once, ${style}, ${backend}`;

/** What a whole run took. */
async function run(cost: Cost, messages: number): Promise<number> {
  const { what, mode, style, backend, atOnce } = cost;
  const folder = await buildVariant(style === 'callback' ? 'block' : 'block-fiber', [mode]);
  const load = await buildLoad();
  // What is sent on a unix socket is there when send(2) returns, while TCP may hold it up until the
  // server was seen asleep. An answer proves as much, and its reader makes no event of epoll there.
  const address = await freeAddress(mode === 'sink' ? 'unix' : 'tcp');
  const launcher =
    what === 'instructions'
      ? ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null']
      : [];
  const command = [...launcher, `${folder}/${mode}/server`, backend, address];
  const serving = new Child('the server', command, undefined);
  let loading: Child | undefined;
  try {
    await serving.says('READY', startMilliseconds);
    const shape =
      mode === 'echo'
        ? ['echo', address, '--depth', String(atOnce), '--bytes', '64']
        : ['ingest', address, '--batch', String(atOnce), '--bytes', '150'];
    const counts = ['--messages', String(messages), '--lockstep', String(serving.pid)];
    loading = new Child('the load generator', [load, ...shape, ...counts], undefined);
    await loading.result(loadMilliseconds);
    serving.stop();
    const line = await serving.result(stopMilliseconds);
    if (what === 'kernel entries') return line.kernel_entries ?? Number.NaN;
    const collected = serving.talk.map((text) => /Collected : (\d+)/.exec(text)?.[1]);
    return Number(collected.find(Boolean));
  } finally {
    await loading?.kill();
    await serving.kill();
    removeSocket(address);
  }
}

/** How a figure compares with the recorded one. */
export function verdictOf(measured: number, recorded: number | null): Gated['verdict'] {
  if (recorded === null) return 'new';
  if (!(measured <= recorded * (1 + tolerance))) return 'FAIL';
  return measured < recorded * (1 - tolerance) ? 'fell' : 'ok';
}

/**
 * Measures a cost, again where it does not look the same. Chance only ever adds to a run, so of
 * several the least counts.
 */
async function compareOne(cost: Cost, name: string, recorded: number | null): Promise<Gated> {
  const { few, many } = bursts[cost.what];
  const short: number[] = [];
  const long: number[] = [];
  let measured = Number.NaN;
  for (let attempt = 0; attempt < attempts; ++attempt) {
    short.push(await run(cost, few * cost.atOnce));
    long.push(await run(cost, many * cost.atOnce));
    const more = Math.min(...long) - Math.min(...short);
    measured = Number((more / ((many - few) * cost.atOnce)).toFixed(4));
    if (verdictOf(measured, recorded) === 'ok') break;
  }
  return { name, measured, recorded, verdict: verdictOf(measured, recorded) };
}

/** Measures every cost; `record` writes what was measured in the place of the recorded figures. */
export async function gate(record: boolean): Promise<Gated[]> {
  const before = JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  const { compiler } = machineNow();
  const valgrind = spawnSync('valgrind', ['--version']).status === 0;
  const rows: Gated[] = [];
  for (const cost of costs) {
    const name = nameOf(cost);
    const recorded = record ? null : (before.figures[name] ?? null);
    // Another compiler makes other instructions of the same code.
    const comparable = cost.what !== 'instructions' || record || compiler === before.compiler;
    if (!comparable || (cost.what === 'instructions' && !valgrind)) {
      rows.push({ name, measured: null, recorded, verdict: 'skipped' });
      continue;
    }
    rows.push(await compareOne(cost, name, recorded));
  }
  if (record) {
    const figures = rows.flatMap(({ name, measured }) =>
      measured === null ? [] : [[name, measured]],
    );
    const now: Recorded = { compiler, figures: Object.fromEntries(figures) };
    writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  }
  return rows;
}

const remarks: Readonly<Record<Gated['verdict'], string>> = {
  ok: 'ok',
  FAIL: `FAIL: it grew by more than ${tolerance * 100} %`,
  fell: 'ok, and fell: record it with --gate --record',
  new: 'not recorded yet: --gate --record',
  skipped: 'skipped: no valgrind, or recorded with another compiler',
};

/** The rows as lines. */
export function gateText(rows: readonly Gated[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, measured, recorded, verdict }) => {
      const cells = [measured, recorded].map((figure) => (figure ?? '-').toString().padStart(10));
      return `${name.padEnd(width)}${cells.join('')}  ${remarks[verdict]}\n`;
    })
    .join('');
}
