/** Sessions: the synthetic one is the same everywhere and sound; recordings are read or refused. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { laneOf, readRecording } from '../../examples/orderbook/recording.ts';
import {
  lanes,
  loadSession,
  type SessionMessage,
  type SessionOptions,
  sessionSeconds,
} from '../../examples/orderbook/session.ts';

const usual: SessionOptions = { snapshots: 1, seed: 1, drop: 0 };

function digest(session: readonly SessionMessage[]): string {
  const hash = createHash('sha256');
  for (const { atNanoseconds, lane, text } of session)
    hash.update(`${atNanoseconds} ${lane} ${text}\n`);
  return hash.digest('hex').slice(0, 16);
}

interface Fields {
  U: number;
  u: number;
  b: string;
  a: string;
  t: number;
}

function fields({ text }: SessionMessage): Fields {
  return (JSON.parse(text) as { data: Fields }).data;
}

const session = loadSession(usual);

test('the synthetic session is the same on every machine', (t) => {
  t.is(digest(session), '713c1afaa006aafc');
  t.is(digest(loadSession({ ...usual, seed: 2 })), 'bf168dde1d714b6c');
});

test('it has the asked number of messages, at about the usual rate', (t) => {
  t.is(session.length, 30_000);
  t.true(Math.abs(sessionSeconds(session) - 60) < 6);
  const small = loadSession({ ...usual, messages: 2000 });
  t.is(small.length, 2000);
  for (const lane of lanes)
    t.true(
      small.some((message) => message.lane === lane),
      lane,
    );
});

test('it has bursts: its busiest millisecond holds many times the mean', (t) => {
  let first = 0;
  let busiest = 0;
  for (const [index, message] of session.entries()) {
    while (message.atNanoseconds - (session[first]?.atNanoseconds ?? 0) > 1e6) first++;
    busiest = Math.max(busiest, index - first + 1);
  }
  t.true(busiest > 40, `busiest millisecond: ${busiest}`);
});

test('its times never go back and every message is on its own lane', (t) => {
  let last = 0;
  for (const message of session) {
    if (message.atNanoseconds < last || laneOf(message.text) !== message.lane) {
      t.fail(`${message.atNanoseconds} ${message.lane} ${message.text.slice(0, 80)}`);
    }
    last = message.atNanoseconds;
  }
  t.pass();
});

test('its depth messages follow each other without a gap', (t) => {
  const depth = session.filter((message) => message.lane === 'depth').map(fields);
  const breaks = depth.filter(({ U, u }, index) => {
    const before = depth[index - 1];
    return U > u || (before !== undefined && U !== before.u + 1);
  });
  t.deepEqual(breaks, []);
});

test('its first snapshot comes while diffs are under way', (t) => {
  const place = session.findIndex((message) => message.lane === 'snapshot');
  const { lastUpdateId } = JSON.parse(session[place]?.text ?? '') as { lastUpdateId: number };
  const before = session.slice(0, place).filter((message) => message.lane === 'depth');
  t.true(before.length > 1);
  t.true((fields(before.at(-1) as SessionMessage).u ?? 0) > lastUpdateId, 'some must be replayed');
});

test('bids stay below asks, ids of tickers and of trades on each lane grow', (t) => {
  const last = { ticker: 0, buys: 0, sells: 0 };
  for (const message of session) {
    if (message.lane === 'depth' || message.lane === 'snapshot') continue;
    const { u, b, a, t: trade } = fields(message);
    const id = message.lane === 'ticker' ? u : trade;
    if (id <= last[message.lane]) t.fail(message.text);
    last[message.lane] = id;
    if (message.lane === 'ticker' && Number(b) >= Number(a)) t.fail(message.text);
  }
  t.pass();
});

test('leaving out depth messages leaves out exactly so many, none of them at an end', (t) => {
  const left = loadSession({ ...usual, drop: 3 });
  t.is(left.length, session.length - 3);
  const depth = session.filter((message) => message.lane === 'depth');
  const texts = new Set(left.map((message) => message.text));
  t.is(depth.filter((message) => !texts.has(message.text)).length, 3);
  t.true(texts.has(depth[0]?.text ?? '') && texts.has(depth.at(-1)?.text ?? ''));
});

test('a session can be cut by its own time', (t) => {
  const cut = loadSession({ ...usual, messages: 30_000, seconds: 6 });
  t.true(sessionSeconds(cut) <= 6);
  t.deepEqual(cut, session.slice(0, cut.length));
});

const lines = [
  '1723161254024619568 {"stream":"x@bookTicker","data":{"u":1}}',
  '1723161254036052868 {"stream":"x@depth@100ms","data":{"U":1,"u":2}}',
  '',
  '1723161254152322667 {"lastUpdateId":2,"bids":[],"asks":[]}',
  '1723161254340863867 {"stream":"x@trade","data":{"m":true,"t":1}}',
  '1723161254340863868 {"stream":"x@trade","data":{"m":false,"t":2}}',
  '',
].join('\n');

test('recordings are read plain and compressed, with times from the first message on', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loom-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const plain = join(folder, 'recording');
  const compressed = join(folder, 'recording.gz');
  writeFileSync(plain, lines);
  writeFileSync(compressed, gzipSync(lines));
  const read = readRecording(plain);
  t.deepEqual(read, readRecording(compressed));
  t.deepEqual(
    read.map(({ lane, atNanoseconds }) => [lane, atNanoseconds]),
    [
      ['ticker', 0],
      ['depth', 11433300],
      ['snapshot', 127703099],
      ['sells', 316244299],
      ['buys', 316244300],
    ],
  );
});

test('a recording that is none is refused with its place', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loom-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'recording');
  const refused = (text: string) => {
    writeFileSync(file, text);
    return t.throws(() => readRecording(file)).message;
  };
  t.regex(refused(''), /holds no messages/);
  t.regex(refused(`${lines}hello\n`), /recording:7 is not a line of a recording/);
  t.regex(refused('12 {"stream":"x@kline","data":{}}'), /recording:1 is not a line/);
  t.regex(refused('x {"lastUpdateId":2}'), /recording:1 is not a line/);
});
