/**
 * The times and sizes of a recorded session, as a file that the load generator plays. It is made
 * from the recording beside the checkout when it is needed, and kept in build/bench.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { hasRecording, recording } from '../orderbook/recorded.ts';
import { buildFolder } from './compile.ts';

/** One message of a session. */
export interface Moment {
  /** When it was received, in nanoseconds. */
  at: bigint;
  /** Bytes of its payload. */
  bytes: number;
}

/** Bytes of one message in a schedule: two u64 little-endian, templates/load/schedule.hpp. */
const entryBytes = 16;

/** Why there is no session to play; undefined where there is. */
export function whyNoRecording(): string | undefined {
  return hasRecording ? undefined : `the recording is not here: ${recording}`;
}

/** The messages of a stream in lines of `<nanoseconds> <JSON>`; a snapshot came by HTTP. */
export function momentsOf(text: string): Moment[] {
  return text.split('\n').flatMap((line) => {
    const [, at, payload] = /^(\d+) (\{"stream".*)$/.exec(line) ?? [];
    if (at === undefined || payload === undefined) return [];
    return { at: BigInt(at), bytes: Buffer.byteLength(payload) };
  });
}

/** Where the part of `nanoseconds` begins that has the most messages, and where it ends. */
function busiest(moments: readonly Moment[], nanoseconds: number): [begin: number, end: number] {
  let best: [number, number] = [0, 0];
  let end = 0;
  for (const [begin, { at }] of moments.entries()) {
    const limit = at + BigInt(Math.round(nanoseconds));
    for (let next = moments[end]; next !== undefined && next.at < limit; next = moments[end]) {
      end += 1;
    }
    if (end - begin > best[1] - best[0]) best = [begin, end];
  }
  return best;
}

/** The busiest part of a session as a schedule: times after its first message, and sizes. */
export function scheduleOf(moments: readonly Moment[], nanoseconds: number): Buffer {
  const [begin, end] = busiest(moments, nanoseconds);
  const start = moments[begin]?.at ?? 0n;
  const schedule = Buffer.alloc((end - begin) * entryBytes);
  for (const [n, { at, bytes }] of moments.slice(begin, end).entries()) {
    schedule.writeBigUInt64LE(at - start, n * entryBytes);
    schedule.writeBigUInt64LE(BigInt(bytes), n * entryBytes + 8);
  }
  return schedule;
}

const files = new Map<number, string>();

/** Writes the schedule of the busiest `nanoseconds`, once. @returns its path */
export function scheduleFile(nanoseconds: number): string {
  const known = files.get(nanoseconds);
  if (known !== undefined) return known;
  const moments = momentsOf(gunzipSync(readFileSync(recording)).toString('utf8'));
  mkdirSync(buildFolder, { recursive: true });
  const file = join(buildFolder, `recording-${Math.round(nanoseconds / 1e6)}ms.schedule`);
  writeFileSync(file, scheduleOf(moments, nanoseconds));
  files.set(nanoseconds, file);
  return file;
}
