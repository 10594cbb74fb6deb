/**
 * The scenario of the order book: the session that is played, the book in JavaScript, and that a
 * reader is believed only when it took every message and came to the right book.
 */

import test from 'ava';
import { replaySession } from '../../../examples/orderbook/reference.ts';
import { loadSession } from '../../../examples/orderbook/session.ts';
import { Discarded } from '../../../generator/measure/child.ts';
import { JavaScriptBook } from './orderbook/book.ts';
import { expectedOutcome, figuresOf } from './orderbook/outcome.ts';
import { readLines, readOnce } from './orderbook/scenario.ts';
import { atOnce, endOf, play, repeated } from './orderbook/session.ts';
import { frameOf } from './websocket.ts';

const messages = 1500;
const session = loadSession({ messages, snapshots: 1, seed: 3, drop: 0 });
const twice = repeated(session, 2);
const played = play(twice, 0);
const fullSpeed = Number.POSITIVE_INFINITY;

test('a session follows upon itself without a gap, with its snapshot once', (t) => {
  const result = replaySession(twice);
  const one = replaySession(session);
  t.like(result, { gaps: 0, live: true, snapshots: 1, depth: 2 * one.depth });
  t.is(result.diffsApplied, one.diffsApplied + one.depth);
  t.is(twice.length, 2 * session.length - 1);
});

test('the end of a session keeps its pace, what was before comes at once', (t) => {
  const seconds = 1;
  const end = endOf(session, seconds);
  const paced = end.filter(({ atNanoseconds }) => atNanoseconds > 0);
  t.true(paced.length > 0 && paced.length < session.length);
  const pauses = (all: typeof session) =>
    all.slice(1).map(({ atNanoseconds }, n) => atNanoseconds - (all[n]?.atNanoseconds ?? 0));
  t.deepEqual(pauses(paced), pauses(session.slice(-paced.length)));
});

test('at once means in two parts', (t) => {
  const times = atOnce(session, 2).map(({ atNanoseconds }) => atNanoseconds);
  t.deepEqual(times.slice(0, 2), [0, 0]);
  t.is(new Set(times.slice(2)).size, 1);
  t.true((times[2] ?? 0) > 0);
});

test('the book in JavaScript is the one of the reference', (t) => {
  const book = new JavaScriptBook();
  for (const { text } of twice) book.take(text);
  t.is(book.unsound, 0);
  const { bids, asks } = book;
  const found = { messages: book.messages, id: book.id, ...book.top };
  const levels = { bidLevels: bids.size, askLevels: asks.size };
  t.deepEqual({ ...found, ...levels }, expectedOutcome(played.expected, twice.length));
});

test('the book in JavaScript starts again from the snapshot after a gap', (t) => {
  const gapped = loadSession({ messages: 6000, snapshots: 4, seed: 3, drop: 1 });
  const expected = replaySession(gapped);
  t.like(expected, { gaps: 1, live: true });
  const book = new JavaScriptBook();
  for (const { text } of gapped) book.take(text);
  t.is(book.id, Number(expected.bookId));
  t.is(book.top.bid, Number(expected.bids[0]?.[0]));
  t.deepEqual([book.bids.size, book.asks.size], [expected.bidLevels, expected.askLevels]);
});

test('a reader that took everything and has the right book has figures', async (t) => {
  t.timeout(600_000);
  const { cpu = 0 } = await readOnce(played, fullSpeed, readLines);
  t.true(cpu > 0);
});

const right = expectedOutcome(played.expected, played.messages);
const measured = { count: 2000, cpuNanoseconds: 10_000 };

test('whoever missed a message or has a wrong book is discarded', (t) => {
  t.deepEqual(figuresOf({ ...right, ...measured }, played), { cpu: 5 });
  const messages = played.messages - 1;
  const ask = right.ask + 0.01;
  for (const wrong of [{ messages }, { ask }]) {
    const [field = '', value] = Object.entries(wrong)[0] ?? [];
    const message = new RegExp(`^the reader's ${field} is ${value}, not .* as it should be$`);
    const counts = { ...right, ...measured, ...wrong };
    t.throws(() => figuresOf(counts, played), { instanceOf: Discarded, message });
  }
});

test('a wrong book discards the trial', async (t) => {
  t.timeout(600_000);
  const line = JSON.stringify({ ...right, ...measured, bidQuantity: -1 });
  const command = [process.execPath, '-e', 'console.log(process.argv[1])', line];
  const message = /^the reader's bidQuantity is -1, not/;
  const trial = readOnce(played, fullSpeed, () => command);
  await t.throwsAsync(trial, { instanceOf: Discarded, message });
});

test('a reader that looked late is discarded', (t) => {
  const late = { ...right, count: 1000, cpuNanoseconds: 10 };
  const message = /^1000 of 2999 messages were measured/;
  t.throws(() => figuresOf(late, played), { instanceOf: Discarded, message });
  t.notThrows(() => figuresOf(late, { ...played, warmup: messages }));
});

test('frames have the lengths of RFC 6455, 5.2 and 5.7', (t) => {
  const head = (bytes: number, length: number) => [
    ...frameOf('binary', Buffer.alloc(bytes)).subarray(0, length),
  ];
  t.is(frameOf('text', Buffer.from('Hello')).toString('hex'), '810548656c6c6f');
  t.deepEqual(head(125, 2), [0x82, 125]);
  t.deepEqual(head(256, 4), [0x82, 0x7e, 1, 0]);
  t.deepEqual(head(65536, 10), [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]);
});
