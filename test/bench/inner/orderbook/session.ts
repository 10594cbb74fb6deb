/**
 * The session that is played to whoever keeps a book: the recorded one where it lies beside the
 * checkout, else a made-up one. A first part, in which a reader gets warm, comes at once.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BookResult, replaySession } from '../../../../examples/orderbook/reference.ts';
import {
  type Lane,
  lanes,
  loadSession,
  type SessionMessage,
} from '../../../../examples/orderbook/session.ts';
import { hasRecording, recording } from '../../../orderbook/recorded.ts';

/** A session, as the exchange and the judge know it. */
export interface Played {
  /** As `--recording` takes it. */
  file: string;
  messages: number;
  /** Of them those that come before anything is measured. */
  warmup: number;
  /** What the book has to be at the end. */
  expected: BookResult;
}

/** Where it comes from, in a few words. */
export const origin = hasRecording ? 'a recorded session' : 'a made-up session';

/** From the start to the second part: by then a reader is through with the first. */
const pauseNanoseconds = 2e9;

/** The whole session once. */
export function wholeSession(): SessionMessage[] {
  return loadSession({
    ...(hasRecording && { recording }),
    snapshots: 1,
    seed: 1,
    drop: 0,
  });
}

/** The fields in which each lane has its ids; the lanes of trades have them together. */
const idsOf: Readonly<Record<Lane, { lanes: readonly Lane[]; fields: RegExp }>> = {
  depth: { lanes: ['depth'], fields: /"(U|u)":(\d+)/g },
  ticker: { lanes: ['ticker'], fields: /"(u)":(\d+)/g },
  buys: { lanes: ['buys', 'sells'], fields: /"(t)":(\d+)/g },
  sells: { lanes: ['buys', 'sells'], fields: /"(t)":(\d+)/g },
  snapshot: { lanes: [], fields: /"(lastUpdateId)":(\d+)/g },
};

/** How far the ids of a lane have to move so that the session can follow upon itself. */
function idStep(session: readonly SessionMessage[], lane: Lane): number {
  const { lanes: together, fields } = idsOf[lane];
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const message of session) {
    if (!together.includes(message.lane)) continue;
    for (const [, , digits] of message.text.matchAll(fields)) {
      first = Math.min(first, Number(digits));
      last = Math.max(last, Number(digits));
    }
  }
  return last === 0 ? 0 : last - first + 1;
}

/** The session `times` times in a row: ids go on, and only the first has its snapshots. */
export function repeated(session: readonly SessionMessage[], times: number): SessionMessage[] {
  const steps = Object.fromEntries(lanes.map((lane) => [lane, idStep(session, lane)]));
  const length = session.at(-1)?.atNanoseconds ?? 0;
  const moved = ({ lane, text }: SessionMessage, round: number): string =>
    text.replace(idsOf[lane].fields, (_, field: string, digits: string) => {
      return `"${field}":${Number(digits) + round * (steps[lane] ?? 0)}`;
    });
  return Array.from({ length: times }, (_, round) =>
    session
      .filter(({ lane }) => round === 0 || lane !== 'snapshot')
      .map((message) => ({
        ...message,
        atNanoseconds: message.atNanoseconds + round * length,
        text: moved(message, round),
      })),
  ).flat();
}

/** The end of a session at its own pace, after all that was before it at once. */
export function endOf(session: readonly SessionMessage[], seconds: number): SessionMessage[] {
  const start = (session.at(-1)?.atNanoseconds ?? 0) - seconds * 1e9;
  return session.map((message) => ({
    ...message,
    atNanoseconds:
      message.atNanoseconds < start ? 0 : message.atNanoseconds - start + pauseNanoseconds,
  }));
}

/** A session at once but for the pause: first `warmup` messages, then all others. */
export function atOnce(session: readonly SessionMessage[], warmup: number): SessionMessage[] {
  return session.map((message, n) => ({
    ...message,
    atNanoseconds: n < warmup ? 0 : pauseNanoseconds,
  }));
}

/** Writes a session for exchanges, until this process ends. */
export function play(session: readonly SessionMessage[], warmup: number): Played {
  const folder = mkdtempSync(join(tmpdir(), 'loom-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'session');
  // A time of a recording is never 0.
  const lines = session.map(
    ({ atNanoseconds, text }) => `${1 + Math.round(atNanoseconds)} ${text}`,
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { file, messages: session.length, warmup, expected: replaySession(session) };
}
