/**
 * The session that is played to whoever keeps a book: the recorded one where it lies beside the
 * checkout, else a made-up one. A first part, in which a reader gets warm, comes at once.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BookResult, replaySession } from '../../../../examples/orderbook/reference.ts';
import { loadSession, type SessionMessage } from '../../../../examples/orderbook/session.ts';
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

/** Between the two parts of a paced session: a reader is through with the first. */
const pauseNanoseconds = 500e6;
/** The first id of an exchange is above 0, and a trade's. */
const idFields = /"(U|u|t)":(\d+)/g;

/** The whole session once. */
export function wholeSession(): SessionMessage[] {
  return loadSession({
    ...(hasRecording && { recording }),
    snapshots: 1,
    seed: 1,
    drop: 0,
  });
}

/** The number of a field in a message; undefined where there is none. */
function idOf(text: string, field: string): number | undefined {
  const digits = new RegExp(`"${field}":(\\d+)`).exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** How far ids have to move so that the session can follow upon itself. */
function idSteps(session: readonly SessionMessage[]): { update: number; trade: number } {
  const depth = session.filter(({ lane }) => lane === 'depth');
  const trades = session.flatMap(({ lane, text }) =>
    lane === 'buys' || lane === 'sells' ? (idOf(text, 't') ?? []) : [],
  );
  const first = idOf(depth[0]?.text ?? '', 'U') ?? 0;
  const last = idOf(depth.at(-1)?.text ?? '', 'u') ?? 0;
  return {
    update: last - first + 1,
    trade: trades.length === 0 ? 0 : Math.max(...trades) - Math.min(...trades) + 1,
  };
}

/** The session `times` times in a row: ids go on, and only the first has its snapshots. */
export function repeated(session: readonly SessionMessage[], times: number): SessionMessage[] {
  const { update, trade } = idSteps(session);
  const length = session.at(-1)?.atNanoseconds ?? 0;
  const moved = (text: string, round: number): string =>
    text.replace(idFields, (_, field: string, digits: string) => {
      const step = field === 't' ? trade : update;
      return `"${field}":${Number(digits) + round * step}`;
    });
  return Array.from({ length: times }, (_, round) =>
    session
      .filter(({ lane }) => round === 0 || lane !== 'snapshot')
      .map(({ atNanoseconds, lane, text }) => ({
        atNanoseconds: atNanoseconds + round * length,
        lane,
        text: round === 0 ? text : moved(text, round),
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
