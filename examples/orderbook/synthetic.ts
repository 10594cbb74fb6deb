/**
 * A made-up session in the shapes of a recorded one: a small market of integers, moved by a seeded
 * generator, so the same options give the same bytes on every machine. Orders come and go near the
 * top, trades take from it, quiet stretches and bursts alternate; every change of the best level is
 * a bookTicker and every 20 ms the changed levels are a depthUpdate.
 */
import type { SessionMessage } from './session.ts';
import { SyntheticBook, type SyntheticSide } from './synthetic_book.ts';

/** What decides a synthetic session. */
export interface SyntheticOptions {
  /** How many messages of all kinds. */
  messages: number;
  snapshots: number;
  seed: number;
}

/** Messages a second, on the whole. */
export const syntheticRate = 500;

const depthIntervalNanoseconds = 20_000_000;
/** The moment of the first snapshot; diffs are under way by then, as with a real exchange. */
const firstSnapshotNanoseconds = 150_000_000;
/** From taking a snapshot to its arrival: the time of a REST request. */
const snapshotDelayNanoseconds = 40_000_000;
const epochMilliseconds = 1_700_000_000_000;
/** Chances in a thousand, per event. */
const burstBegins = 8;
const burstEnds = 12;
const tradeHappens = 190;
/** Mean pauses between events; the quiet one is what gives `syntheticRate`, found by trial. */
const quietNanoseconds = 3_200_000;
const burstNanoseconds = 10_667;

/** Makes a session. */
export function synthesize(options: SyntheticOptions): SessionMessage[] {
  return new Market(options).run();
}

/** A generator of 32-bit numbers (mulberry32): integers only, the same everywhere. */
export function randomIntegers(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Integer ticks of 0.01 as the exchange writes prices. */
function priceText(ticks: number): string {
  return `${Math.floor(ticks / 100)}.${String(ticks % 100).padStart(2, '0')}000000`;
}

/** Integer lots of 0.0001 as the exchange writes quantities. */
function quantityText(lots: number): string {
  return `${Math.floor(lots / 10_000)}.${String(lots % 10_000).padStart(4, '0')}0000`;
}

function levelsText(levels: Iterable<readonly [number, number]>): string {
  const parts: string[] = [];
  for (const [ticks, lots] of levels) {
    parts.push(`["${priceText(ticks)}","${quantityText(lots)}"]`);
  }
  return `[${parts.join(',')}]`;
}

/** The market while it runs. Times are nanoseconds since the start. */
class Market {
  readonly #options: SyntheticOptions;
  readonly #random: (below: number) => number;
  readonly #book: SyntheticBook;
  readonly #messages: SessionMessage[] = [];
  readonly #waitingSnapshots: SessionMessage[] = [];
  #now = 0;
  #burst = false;
  #updateId = 5_000_000_000;
  #firstDepthId = 0;
  #tradeId = 1_000_000;
  #nextDepth = depthIntervalNanoseconds;
  #snapshotsTaken = 0;

  constructor(options: SyntheticOptions) {
    this.#options = options;
    this.#random = randomIntegers(options.seed);
    this.#book = new SyntheticBook(this.#random);
  }

  run(): SessionMessage[] {
    const { messages } = this.#options;
    while (this.#messages.length < messages) {
      this.#burst = this.#random(1000) < (this.#burst ? 1000 - burstEnds : burstBegins);
      const mean = this.#burst ? burstNanoseconds : quietNanoseconds;
      const next = this.#now + 1 + this.#random(2 * mean);
      this.#passTo(next);
      this.#event();
    }
    return this.#messages.slice(0, messages);
  }

  /** Sends what falls due until `next`, in the order of its times. */
  #passTo(next: number): void {
    while (this.#nextDepth <= next) {
      this.#now = this.#nextDepth;
      this.#deliverSnapshots();
      this.#takeSnapshot();
      this.#depth();
      this.#nextDepth += depthIntervalNanoseconds;
    }
    this.#now = next;
    this.#deliverSnapshots();
  }

  #event(): void {
    const before = this.#book.top();
    if (this.#random(1000) < tradeHappens) {
      this.#trade();
    } else {
      this.#nextId();
      this.#book.changeOrder();
    }
    if (this.#book.top() !== before) this.#ticker();
  }

  #nextId(): number {
    this.#updateId++;
    if (this.#firstDepthId === 0) this.#firstDepthId = this.#updateId;
    return this.#updateId;
  }

  #trade(): void {
    const taker: SyntheticSide = this.#random(2) === 0 ? 'bids' : 'asks';
    for (const [ticks, lots] of this.#book.take(taker)) {
      this.#nextId();
      const time = this.#milliseconds();
      const sold = taker === 'bids';
      this.#send(
        sold ? 'sells' : 'buys',
        `{"stream":"loomusdt@trade","data":{"e":"trade","E":${time},"s":"LOOMUSDT",` +
          `"t":${this.#tradeId++},"p":"${priceText(ticks)}","q":"${quantityText(lots)}",` +
          `"T":${time},"m":${sold},"M":true}}`,
      );
    }
  }

  #ticker(): void {
    const { bids, asks } = this.#book.best();
    this.#send(
      'ticker',
      `{"stream":"loomusdt@bookTicker","data":{"u":${this.#updateId},"s":"LOOMUSDT",` +
        `"b":"${priceText(bids[0])}","B":"${quantityText(bids[1])}",` +
        `"a":"${priceText(asks[0])}","A":"${quantityText(asks[1])}"}}`,
    );
  }

  #depth(): void {
    if (this.#firstDepthId === 0) return;
    const bids = levelsText(this.#book.takeChanges('bids'));
    const asks = levelsText(this.#book.takeChanges('asks'));
    this.#send(
      'depth',
      `{"stream":"loomusdt@depth@20ms","data":{"e":"depthUpdate","E":${this.#milliseconds()},` +
        `"s":"LOOMUSDT","U":${this.#firstDepthId},"u":${this.#updateId},"b":${bids},"a":${asks}}}`,
    );
    this.#firstDepthId = 0;
  }

  /** Takes the next snapshot when its time has come; it arrives a little later. */
  #takeSnapshot(): void {
    const { messages, snapshots } = this.#options;
    const due = (this.#snapshotsTaken * messages) / snapshots;
    if (this.#snapshotsTaken === snapshots || this.#now < firstSnapshotNanoseconds) return;
    if (this.#messages.length < due) return;
    this.#snapshotsTaken++;
    const bids = levelsText(this.#book.levels('bids'));
    const asks = levelsText(this.#book.levels('asks'));
    this.#waitingSnapshots.push({
      atNanoseconds: this.#now + snapshotDelayNanoseconds,
      lane: 'snapshot',
      text: `{"lastUpdateId":${this.#updateId},"bids":${bids},"asks":${asks}}`,
    });
  }

  #deliverSnapshots(): void {
    const first = this.#waitingSnapshots[0];
    if (first === undefined || first.atNanoseconds > this.#now) return;
    this.#waitingSnapshots.shift();
    this.#send('snapshot', first.text);
  }

  #milliseconds(): number {
    return epochMilliseconds + Math.floor(this.#now / 1e6);
  }

  #send(lane: SessionMessage['lane'], text: string): void {
    this.#messages.push({ atNanoseconds: this.#now, lane, text });
  }
}
