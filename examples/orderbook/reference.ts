/**
 * The independent judge of the C++ handler: the same session, replayed with bigint and Map, all at
 * once and without any of the handler's code or structure. It sees the whole session, so it needs
 * no buffers: it looks up which snapshot each unbroken run of diffs can join.
 */
import type { SessionMessage } from './session.ts';

/** Price and quantity with 8 decimals, as the exchange writes them. */
export type PriceLevel = [price: string, quantity: string];

/** What handler and reference must agree on. */
export interface BookResult {
  depth: number;
  tickers: number;
  trades: number;
  snapshots: number;
  /** Bytes of all messages, without line ends. */
  payloadBytes: number;
  largestPayload: number;
  /** Depth messages whose U was not the previous u + 1. */
  gaps: number;
  diffsApplied: number;
  /** Whether the book follows the diffs at the end. */
  live: boolean;
  /** The u of the last diff in the book, or its snapshot's lastUpdateId. */
  bookId: bigint;
  snapshotId: bigint;
  bidLevels: number;
  askLevels: number;
  bids: PriceLevel[];
  asks: PriceLevel[];
}

/** Levels of each side in a result. */
export const resultLevels = 10;

const decimals = 8;

/** Exact text of a count of 10^-8. */
export function decimalText(value: bigint): string {
  const digits = String(value).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** The count of 10^-8 that a decimal text means. Throws when it is not one exactly. */
export function decimalValue(text: string): bigint {
  const parts = /^(\d+)(?:\.(\d{1,8}))?$/.exec(text);
  if (parts === null) throw new Error(`'${text}' is not a decimal of at most 8 places`);
  return BigInt(`${parts[1]}${(parts[2] ?? '').padEnd(decimals, '0')}`);
}

interface WireDiff {
  U: string;
  u: string;
  b: PriceLevel[];
  a: PriceLevel[];
}

interface WireSnapshot {
  lastUpdateId: string;
  bids: PriceLevel[];
  asks: PriceLevel[];
}

interface Wire extends Partial<WireSnapshot> {
  stream?: string;
  data?: WireDiff;
}

/** JSON.parse would make doubles of ids; as strings they stay exact. */
function parse(text: string): Wire {
  return JSON.parse(text.replace(/"(U|u|lastUpdateId)":(\d+)/g, '"$1":"$2"')) as Wire;
}

type Book = Record<'bids' | 'asks', Map<bigint, bigint>>;

function change(side: Map<bigint, bigint>, levels: PriceLevel[]): void {
  for (const [price, quantity] of levels) {
    const lots = decimalValue(quantity);
    if (lots === 0n) side.delete(decimalValue(price));
    else side.set(decimalValue(price), lots);
  }
}

function bookOf(snapshot: WireSnapshot | undefined): Book {
  const book: Book = { bids: new Map(), asks: new Map() };
  change(book.bids, snapshot?.bids ?? []);
  change(book.asks, snapshot?.asks ?? []);
  return book;
}

function best(side: Map<bigint, bigint>, highestFirst: boolean): PriceLevel[] {
  const order = highestFirst ? -1 : 1;
  return [...side]
    .sort(([a], [b]) => (a < b ? -order : order))
    .slice(0, resultLevels)
    .map(([price, quantity]) => [decimalText(price), decimalText(quantity)]);
}

/** What the diffs and snapshots of a session come to. */
function replay(diffs: WireDiff[], snapshots: WireSnapshot[]) {
  const later = [...snapshots];
  let base = diffs.length === 0 ? later.shift() : undefined;
  let book = bookOf(base);
  let bookId = BigInt(base?.lastUpdateId ?? 0);
  let snapshotId = bookId;
  let live = false;
  let gaps = 0;
  let diffsApplied = 0;
  let previous: bigint | undefined;
  for (const diff of diffs) {
    const first = BigInt(diff.U);
    const last = BigInt(diff.u);
    if (previous !== undefined && first !== previous + 1n) {
      gaps++;
      live = false;
    }
    previous = last;
    if (!live) {
      // The snapshot at hand is of no use once an update between it and the diff is missing.
      if (base !== undefined && BigInt(base.lastUpdateId) + 1n < first) base = undefined;
      while (base === undefined && later.length > 0) {
        const next = later.shift() as WireSnapshot;
        if (BigInt(next.lastUpdateId) + 1n < first) continue;
        base = next;
        book = bookOf(base);
        bookId = snapshotId = BigInt(base.lastUpdateId);
      }
      if (base === undefined || last <= BigInt(base.lastUpdateId)) continue;
      live = true;
    }
    change(book.bids, diff.b);
    change(book.asks, diff.a);
    bookId = last;
    diffsApplied++;
  }
  return { book, bookId, snapshotId, live, gaps, diffsApplied };
}

/** Replays a session. Throws when a message is not what its kind should be. */
export function replaySession(session: Iterable<SessionMessage>): BookResult {
  const diffs: WireDiff[] = [];
  const snapshots: WireSnapshot[] = [];
  const kinds = { bookTicker: 0, trade: 0 };
  let payloadBytes = 0;
  let largestPayload = 0;
  for (const { text } of session) {
    const bytes = Buffer.byteLength(text);
    payloadBytes += bytes;
    largestPayload = Math.max(largestPayload, bytes);
    const message = parse(text);
    const kind = message.stream?.split('@')[1];
    if (kind === 'depth' && message.data !== undefined) diffs.push(message.data);
    else if (kind === 'bookTicker' || kind === 'trade') kinds[kind]++;
    else if (message.lastUpdateId !== undefined) snapshots.push(message as WireSnapshot);
    else throw new Error(`the reference does not know this message: ${text.slice(0, 80)}`);
  }
  const { book, ...outcome } = replay(diffs, snapshots);
  return {
    depth: diffs.length,
    tickers: kinds.bookTicker,
    trades: kinds.trade,
    snapshots: snapshots.length,
    payloadBytes,
    largestPayload,
    ...outcome,
    bidLevels: book.bids.size,
    askLevels: book.asks.size,
    bids: best(book.bids, true),
    asks: best(book.asks, false),
  };
}
