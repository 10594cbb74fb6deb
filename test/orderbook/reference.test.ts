/** The independent replay: exact numbers, the documented procedure, and a recording's known end. */
import test from 'ava';
import { decimalText, decimalValue, replaySession } from '../../examples/orderbook/reference.ts';
import { loadSession, type SessionMessage } from '../../examples/orderbook/session.ts';
import { expectedOfRecording, hasRecording, recording } from './recorded.ts';

const withRecording = hasRecording ? test : test.skip;

withRecording('on the recording every figure is the one in expected.json', (t) => {
  const expected = expectedOfRecording();
  const session = loadSession({ recording, snapshots: 1, seed: 1, drop: 0 });
  t.is(session.length, expected.messages);
  t.deepEqual(replaySession(session), expected.result);
});

test('decimals are exact in both directions', (t) => {
  t.is(decimalValue('2683.80000000'), 268_380_000_000n);
  t.is(decimalValue('0.1'), 10_000_000n);
  t.is(decimalValue('7'), 700_000_000n);
  t.is(decimalValue('92233720368547758079.00000001'), 9_223_372_036_854_775_807_900_000_001n);
  t.is(decimalText(268_380_000_000n), '2683.80000000');
  t.is(decimalText(1n), '0.00000001');
  t.is(decimalText(0n), '0.00000000');
  for (const wrong of ['', '1e3', '-1', '.5', '1.', '1.123456789', ' 1']) {
    t.throws(() => decimalValue(wrong), { message: /not a decimal/ }, wrong);
  }
});

const diff = (U: number | bigint, u: number | bigint, price: number): SessionMessage => ({
  atNanoseconds: 0,
  lane: 'depth',
  text: `{"stream":"x@depth","data":{"U":${U},"u":${u},"b":[["${price}","1"]],"a":[]}}`,
});

const snapshot = (id: number | bigint): SessionMessage => ({
  atNanoseconds: 0,
  lane: 'snapshot',
  text: `{"lastUpdateId":${id},"bids":[["1","1"]],"asks":[["100","1"]]}`,
});

test('diffs wait for a snapshot, and what it contains is ignored', (t) => {
  const end = replaySession([diff(1, 3, 2), diff(4, 6, 3), snapshot(5), diff(7, 8, 4)]);
  t.is(end.diffsApplied, 2);
  t.true(end.live);
  t.deepEqual(end.bids, [
    ['4.00000000', '1.00000000'],
    ['3.00000000', '1.00000000'],
    ['1.00000000', '1.00000000'],
  ]);
});

test('a gap is counted and ends the book until a snapshot reaches the diffs after it', (t) => {
  const gap = [snapshot(1), diff(2, 3, 2), diff(6, 7, 3)];
  const broken = replaySession(gap);
  t.is(broken.gaps, 1);
  t.false(broken.live);
  t.is(broken.bookId, 3n);
  t.false(replaySession([...gap, snapshot(4)]).live);
  const mended = replaySession([...gap, snapshot(5)]);
  t.true(mended.live);
  t.is(mended.bookId, 7n);
  t.is(mended.snapshotId, 5n);
});

test('the order between snapshots and diffs does not matter', (t) => {
  const diffs = [diff(2, 3, 2), diff(4, 5, 3), diff(9, 9, 5), diff(10, 12, 6)];
  const snapshots = [snapshot(2), snapshot(8)];
  t.deepEqual(replaySession([...diffs, ...snapshots]), replaySession([...snapshots, ...diffs]));
});

test('ids past 2^53 stay exact', (t) => {
  const id = 2n ** 63n + 1n;
  const end = replaySession([snapshot(id), diff(id + 1n, id + 2n, 2), diff(id + 4n, id + 4n, 3)]);
  t.is(end.gaps, 1);
  t.is(end.bookId, id + 2n);
});

test('left out diffs are found in a synthetic session, and mended where snapshots follow', (t) => {
  const broken = replaySession(loadSession({ snapshots: 1, seed: 1, drop: 2 }));
  t.is(broken.gaps, 2);
  t.false(broken.live);
  const mended = replaySession(loadSession({ snapshots: 4, seed: 1, drop: 2 }));
  t.is(mended.gaps, 2);
  t.true(mended.live);
});

test('a message of an unknown kind is an error, not skipped', (t) => {
  const message = { atNanoseconds: 0, lane: 'depth', text: '{"stream":"x@kline"}' } as const;
  t.throws(() => replaySession([message]), { message: /does not know/ });
});
