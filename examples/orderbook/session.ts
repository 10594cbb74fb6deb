/**
 * A session: what an exchange sends in one sitting, in order and with its times. It comes from a
 * recording or is made up (synthetic.ts); whoever needs it loads it by the same options and gets
 * the same messages, so that the exchange and the reference agree on what was sent.
 */
import { readRecording } from './recording.ts';
import { syntheticRate, synthesize } from './synthetic.ts';

/**
 * The connections a session is spread over. Each stream stays whole on one of them; trades are two
 * streams, by the side that took. Nothing depends on the order between connections.
 */
export const lanes = ['depth', 'ticker', 'buys', 'sells', 'snapshot'] as const;

/** One of the connections; `snapshot` is the unix socket, the others are TCP. */
export type Lane = (typeof lanes)[number];

/** One message of a session. */
export interface SessionMessage {
  /** Nanoseconds since the first message. */
  atNanoseconds: number;
  lane: Lane;
  /** The JSON text, without a line end. */
  text: string;
}

/** What decides a session, down to its last byte. */
export interface SessionOptions {
  /** A file of `<nanoseconds> <json>` lines, plain or gzip; absent: a synthetic session. */
  recording?: string | undefined;
  /** At most so many messages. */
  messages?: number | undefined;
  /** At most so many seconds of the session's own time. */
  seconds?: number | undefined;
  /** Synthetic only: how many snapshots, evenly spread; the first comes at the start. */
  snapshots: number;
  /** Synthetic only: another seed is another market. */
  seed: number;
  /** How many depth messages are left out, evenly spread, to see that the gaps are found. */
  drop: number;
}

/** Length of the synthetic session when nothing else is asked for. */
export const syntheticSeconds = 60;

/** Loads or makes the session. Throws an Error with a sentence when the recording is no good. */
export function loadSession(options: SessionOptions): SessionMessage[] {
  const all =
    options.recording === undefined
      ? synthesize({
          messages: syntheticCount(options),
          snapshots: options.snapshots,
          seed: options.seed,
        })
      : readRecording(options.recording);
  const endNanoseconds = (options.seconds ?? Number.POSITIVE_INFINITY) * 1e9;
  const kept = all
    .filter((message) => message.atNanoseconds <= endNanoseconds)
    .slice(0, options.messages);
  return leaveOutDepth(kept, options.drop);
}

/** Messages of a synthetic session: as many as asked for, or as its time usually brings. */
function syntheticCount({ messages, seconds }: SessionOptions): number {
  return messages ?? Math.ceil((seconds ?? syntheticSeconds) * syntheticRate);
}

/** Length of a session in seconds of its own time. */
export function sessionSeconds(session: readonly SessionMessage[]): number {
  return (session.at(-1)?.atNanoseconds ?? 0) / 1e9;
}

/** Leaves out `count` depth messages, spread evenly and never the first or the last. */
function leaveOutDepth(session: SessionMessage[], count: number): SessionMessage[] {
  if (count === 0) return session;
  const depth = session.filter((message) => message.lane === 'depth');
  const dropped = new Set<SessionMessage>();
  for (let index = 1; index <= count; index++) {
    const message = depth[Math.floor((index * depth.length) / (count + 1))];
    if (message !== undefined) dropped.add(message);
  }
  return session.filter((message) => !dropped.has(message));
}
