/** The recorded session that lies beside the checkout, and what is known of its end. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BookResult } from '../../examples/orderbook/reference.ts';

const folder = fileURLToPath(new URL('../../../shared/market-data/', import.meta.url));
const name = 'hftbacktest/binance-spot_ethusdt_20240808.gz';

/** Its path; tests of it are skipped by name where it is absent. */
export const recording = folder + name;
/** Whether it is there. */
export const hasRecording = existsSync(recording);

/** What expected.json says of a recording. */
interface Expected {
  lines: number;
  kinds: { bookTicker: number; depthUpdate: number; snapshot: number; trade: number };
  payload_bytes: number;
  max_payload: number;
  seq_gaps: number;
  last_u: number;
  snapshot_lastUpdateId: number;
  diffs_applied_after_snapshot: number;
  levels: [number, number];
  best10: { bids: [string, string][]; asks: [string, string][] };
}

/** How many messages the recording has, and the result of replaying all of them. */
export function expectedOfRecording(): { messages: number; result: BookResult } {
  const all = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8'));
  const expected = all[name] as Expected;
  const result = {
    depth: expected.kinds.depthUpdate,
    tickers: expected.kinds.bookTicker,
    trades: expected.kinds.trade,
    snapshots: expected.kinds.snapshot,
    payloadBytes: expected.payload_bytes,
    largestPayload: expected.max_payload,
    gaps: expected.seq_gaps,
    diffsApplied: expected.diffs_applied_after_snapshot,
    live: true,
    bookId: BigInt(expected.last_u),
    snapshotId: BigInt(expected.snapshot_lastUpdateId),
    bidLevels: expected.levels[0],
    askLevels: expected.levels[1],
    bids: expected.best10.bids,
    asks: expected.best10.asks,
  };
  return { messages: expected.lines, result };
}
