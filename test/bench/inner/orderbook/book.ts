/**
 * An order book in JavaScript as one writes it who cares for its speed: every message is parsed by
 * JSON.parse, a side is two sorted arrays with the best level at their end, and a level is looked
 * for from there. It does what the handler of examples/orderbook does: the fields that one reads
 * are read, ids that do not grow are counted, diffs wait for the snapshot that they follow.
 */

type WireLevel = readonly [price: string, quantity: string];

/** The fields that are used of a stream's message. */
interface WireData {
  U: number;
  u: number;
  t: number;
  m: boolean;
  b: readonly WireLevel[] | string;
  a: readonly WireLevel[] | string;
  B: string;
  A: string;
  p: string;
  q: string;
}

interface WireDiff extends WireData {
  b: readonly WireLevel[];
  a: readonly WireLevel[];
}

interface WireMessage {
  stream?: string;
  data: WireData;
  lastUpdateId: number;
  bids: readonly WireLevel[];
  asks: readonly WireLevel[];
}

/** Levels looked at one by one from the best before a binary search takes over. */
const nearLevels = 16;

/** One side of the book. Keys grow towards the best: prices of bids, negated ones of asks. */
class Side {
  readonly #sign: 1 | -1;
  readonly #keys: number[] = [];
  readonly #quantities: number[] = [];

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  /** Levels now held. */
  get size(): number {
    return this.#keys.length;
  }

  /** The best price; 0 without a level. */
  get price(): number {
    return this.size === 0 ? 0 : (this.#keys[this.size - 1] as number) * this.#sign;
  }

  /** The quantity at the best price; 0 without a level. */
  get quantity(): number {
    return this.#quantities[this.size - 1] ?? 0;
  }

  /** Replaces all levels by a snapshot's, whose first is the best. */
  assign(levels: readonly WireLevel[]): void {
    this.#keys.length = 0;
    this.#quantities.length = 0;
    for (let index = levels.length - 1; index >= 0; --index) this.#set(levels[index] as WireLevel);
  }

  /** Applies the levels of a diff. */
  apply(levels: readonly WireLevel[]): void {
    for (const level of levels) this.#set(level);
  }

  #set(level: WireLevel): void {
    const key = +level[0] * this.#sign;
    const quantity = +level[1];
    const index = this.#find(key);
    if (this.#keys[index] === key) {
      if (quantity !== 0) {
        this.#quantities[index] = quantity;
      } else if (index === this.#keys.length - 1) {
        this.#keys.pop();
        this.#quantities.pop();
      } else {
        this.#keys.splice(index, 1);
        this.#quantities.splice(index, 1);
      }
    } else if (quantity !== 0) {
      if (index === this.#keys.length) {
        this.#keys.push(key);
        this.#quantities.push(quantity);
      } else {
        this.#keys.splice(index, 0, key);
        this.#quantities.splice(index, 0, quantity);
      }
    }
  }

  /** The index of the first key that is not below `key`. */
  #find(key: number): number {
    const keys = this.#keys;
    const stop = Math.max(0, keys.length - nearLevels);
    let index = keys.length;
    while (index > stop && (keys[index - 1] as number) >= key) --index;
    if (index > stop) return index;
    let low = 0;
    while (low < index) {
      const middle = (low + index) >>> 1;
      if ((keys[middle] as number) < key) low = middle + 1;
      else index = middle;
    }
    return low;
  }
}

/** The best level of both sides. */
export interface BestLevels {
  bid: number;
  bidQuantity: number;
  ask: number;
  askQuantity: number;
}

/** The book of one instrument, and what came in. */
export class JavaScriptBook {
  readonly bids = new Side(1);
  readonly asks = new Side(-1);
  /** The top of the book, as it is shown. */
  top: BestLevels = { bid: 0, bidQuantity: 0, ask: 0, askQuantity: 0 };
  /** The last update that the book contains. */
  id = 0;
  /** Of all kinds, taken so far. */
  messages = 0;
  /** Tickers and trades whose id did not grow, or that make no sense. */
  unsound = 0;
  #live = false;
  #tickerId = 0;
  /** Of trades that sellers and buyers took: they come over two connections. */
  readonly #tradeIds = { sells: 0, buys: 0 };
  #waiting: WireDiff[] = [];

  /** Takes a message; `text` is its JSON. */
  take(text: string): void {
    this.messages += 1;
    const message = JSON.parse(text) as WireMessage;
    const { stream, data } = message;
    if (stream === undefined) this.#snapshot(message);
    else if (stream.endsWith('@bookTicker')) this.#ticker(data);
    else if (stream.endsWith('@trade')) this.#trade(data);
    else this.#diff(data as WireDiff);
  }

  #ticker({ u, b, B, a, A }: WireData): void {
    const isSound = u > this.#tickerId && +b < +a && +B > 0 && +A > 0;
    if (!isSound) this.unsound += 1;
    this.#tickerId = u;
  }

  #trade({ t, p, q, m }: WireData): void {
    const lane = m ? 'sells' : 'buys';
    const isSound = t > this.#tradeIds[lane] && +p > 0 && +q > 0;
    if (!isSound) this.unsound += 1;
    this.#tradeIds[lane] = t;
  }

  #diff(diff: WireDiff): void {
    if (diff.u <= this.id) return;
    if (this.#live && diff.U <= this.id + 1) {
      this.bids.apply(diff.b);
      this.asks.apply(diff.a);
      this.id = diff.u;
      this.#show();
      return;
    }
    // A gap, or no snapshot so far.
    this.#live = false;
    this.#waiting.push(diff);
  }

  #snapshot({ lastUpdateId, bids, asks }: WireMessage): void {
    const first = this.#waiting.find(({ u }) => u > lastUpdateId);
    if (this.#live || (first !== undefined && first.U > lastUpdateId + 1)) return;
    this.bids.assign(bids);
    this.asks.assign(asks);
    this.id = lastUpdateId;
    this.#live = true;
    this.#show();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const diff of waiting) this.#diff(diff);
  }

  #show(): void {
    const { bids, asks, top } = this;
    if (
      bids.price === top.bid &&
      bids.quantity === top.bidQuantity &&
      asks.price === top.ask &&
      asks.quantity === top.askQuantity
    ) {
      return;
    }
    this.top = {
      bid: bids.price,
      bidQuantity: bids.quantity,
      ask: asks.price,
      askQuantity: asks.quantity,
    };
  }
}
