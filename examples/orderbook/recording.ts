/**
 * Reads a recorded session: lines of `<local nanoseconds> <json>` as hftbacktest records them,
 * {"stream": "ethusdt@depth@100ms", "data": {...}} for the streams and a bare
 * {"lastUpdateId": ..., "bids": ..., "asks": ...} for a snapshot fetched over REST.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Lane, SessionMessage } from './session.ts';

/** Reads a whole recording, gzip or plain. Throws an Error that names the file and the line. */
export function readRecording(file: string): SessionMessage[] {
  const raw = readFileSync(file);
  const gzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const lines = (gzip ? gunzipSync(raw) : raw).toString('utf8').split('\n');
  const messages: SessionMessage[] = [];
  let first: bigint | undefined;
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const space = line.indexOf(' ');
    const time = line.slice(0, Math.max(space, 0));
    const text = line.slice(space + 1);
    const lane = laneOf(text);
    if (!/^\d{1,19}$/.test(time) || lane === undefined) {
      throw new Error(
        `${file}:${index + 1} is not a line of a recording: expected '<nanoseconds> <json>' with ` +
          `a depth, bookTicker or trade stream or a snapshot, found '${line.slice(0, 60)}'`,
      );
    }
    first ??= BigInt(time);
    messages.push({ atNanoseconds: Number(BigInt(time) - first), lane, text });
  }
  if (messages.length === 0) throw new Error(`${file} holds no messages`);
  return messages;
}

/** The connection a message belongs on; undefined for a message of an unknown kind. */
export function laneOf(text: string): Lane | undefined {
  const stream = /^\{"stream":"[^"@]+@(depth|bookTicker|trade)[@"]/.exec(text)?.[1];
  if (stream === 'depth') return 'depth';
  if (stream === 'bookTicker') return 'ticker';
  // `m`: the buyer was waiting in the book, so a seller took.
  if (stream === 'trade') return text.includes('"m":true') ? 'sells' : 'buys';
  return text.startsWith('{"lastUpdateId":') ? 'snapshot' : undefined;
}
