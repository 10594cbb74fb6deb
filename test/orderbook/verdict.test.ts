/** What makes a run wrong, and how that is told. */
import test from 'ava';
import {
  type BookResult,
  type PriceLevel,
  replaySession,
} from '../../examples/orderbook/reference.ts';
import { reportJson, reportText } from '../../examples/orderbook/report.ts';
import type { RunOutcome } from '../../examples/orderbook/run.ts';
import { loadSession } from '../../examples/orderbook/session.ts';
import { compare, judge } from '../../examples/orderbook/verdict.ts';

const session = loadSession({ messages: 1000, snapshots: 1, seed: 3, drop: 0 });
const right = replaySession(session);

function levelText([price, quantity]: PriceLevel = ['', '']): string {
  return `${quantity} at ${price}`;
}

/** What became of the diffs when some were lost. */
const lost = (count: bigint) => ({
  applied: 0n,
  ignored: 0n,
  lost: count,
  pauses: 0n,
  pendingHighWater: 0,
});

/** A run in which all went well, but for what is given. */
function outcome(result: Partial<BookResult>, summary: Partial<RunOutcome['summary']> = {}) {
  const quiet = {
    invalid: 0n,
    firstError: 0,
    brokenConnections: 0,
    disordered: 0n,
    crossed: 0n,
    gaps: 0n,
    diffs: lost(0n),
    overflows: 0n,
    state: 'live',
    elapsedNanoseconds: 2_000_000_000n,
    latency: { p50: 950n, p99: 12_345n, p999: 1_234_567n, maximum: 2_000_000n },
  };
  const whole: RunOutcome = {
    result: { ...right, ...result },
    summary: { ...quiet, ...summary } as RunOutcome['summary'],
    gaps: [],
    resynced: [],
    flow: {},
    connections: 5,
    backend: { name: 'epoll', reason: 'asked for at start' },
    allocationsAfterInit: 0,
    kernelEntries: 500,
    messagesSent: session.length,
  };
  return whole;
}

test('an equal result without trouble is right', (t) => {
  t.deepEqual(judge(outcome({}), session, false), { differences: [], problems: [] });
});

test('every field counts, level by level', (t) => {
  for (const [field, value] of Object.entries(right)) {
    if (Array.isArray(value)) continue;
    const other = typeof value === 'boolean' ? !value : typeof value === 'bigint' ? value + 1n : -1;
    const differences = compare({ ...right, [field]: other }, right);
    t.deepEqual(differences, [{ field, handler: String(other), reference: String(value) }]);
  }
  const asks = right.asks.map(([price, quantity], depth) => {
    return [price, depth === 3 ? '0.00000001' : quantity] as PriceLevel;
  });
  t.deepEqual(compare({ ...right, asks, bids: right.bids.slice(0, 9) }, right), [
    { field: 'bids[9]', handler: '-', reference: levelText(right.bids[9]) },
    {
      field: 'asks[3]',
      handler: `0.00000001 at ${right.asks[3]?.[0]}`,
      reference: levelText(right.asks[3]),
    },
  ]);
});

test('an interrupted run is told and not judged', (t) => {
  const cut = { ...outcome({}, { diffs: lost(6n) }), messagesSent: 1500 };
  const text = reportText(cut, 'interrupted');
  t.regex(text, /messages +1,000.* interrupted after 1,500 messages/s);
  t.notRegex(text, /problem|replay/);
  const { ok, interrupted, equal, problems } = JSON.parse(reportJson(cut, 'interrupted'));
  t.deepEqual([ok, interrupted, equal, problems], [false, true, undefined, undefined]);
});

test('trouble makes an equal result wrong', (t) => {
  const problems = (summary: Partial<RunOutcome['summary']>, expected = false) =>
    judge(outcome({}, summary), session, expected).problems;
  t.deepEqual(problems({ gaps: 1n }), ['1 gaps in the sequence of depth messages']);
  t.deepEqual(problems({ gaps: 1n, diffs: lost(7n) }, true), [], 'left out on purpose');
  t.deepEqual(problems({ invalid: 2n, firstError: 4 }), [
    '2 messages were refused, the first for: a price or quantity that is no exact decimal',
  ]);
  for (const field of ['disordered', 'crossed', 'overflows'] as const) {
    t.is(problems({ [field]: 3n }).length, 1, field);
  }
  t.is(problems({ diffs: lost(3n) }).length, 1);
  t.is(problems({ brokenConnections: 1 }).length, 1);
  const allocating = { ...outcome({}), allocationsAfterInit: 1 };
  t.is(judge(allocating, session, false).problems.length, 1);
});

test('the table says what was measured and what differs', (t) => {
  const run = outcome({ gaps: 4, bidLevels: 1 });
  const text = reportText(run, judge(run, session, false));
  for (const part of [
    /messages +1,000 +depth \d+, bookTicker \d+, trade \d+, snapshot 1/,
    /rate +500\/s +2\.000 s from/,
    /p50 +950 ns/,
    /p99 +12\.3 µs/,
    /p99\.9 +1\.23 ms +longest 2\.00 ms/,
    /backend +epoll +asked for at start/,
    /system calls +500 +0\.50 a message/,
    /different from the independent replay/,
    /field {6}handler {2}reference\n {4}gaps +4 {8}0\n {4}bidLevels {2}1 {8}\d+\n/,
  ]) {
    t.regex(text, part);
  }
  const { ok, equal, differences } = JSON.parse(reportJson(run, judge(run, session, false)));
  t.deepEqual({ ok, equal, count: differences.length }, { ok: false, equal: false, count: 2 });
});
