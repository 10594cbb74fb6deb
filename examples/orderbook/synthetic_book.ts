/**
 * The order book behind a synthetic session: integer prices in ticks, integer quantities in lots,
 * never crossed and never empty.
 */

/** Which side of the book. */
export type SyntheticSide = 'bids' | 'asks';

/** A price in ticks and a quantity in lots. */
export type SyntheticLevel = readonly [ticks: number, lots: number];

const startTicks = 268_380;
const startLevels = 600;
const maximumLots = 400_000;
/** Levels that one trade takes from at most. */
const maximumFills = 3;
/** How far from the best price orders usually are, and how far they can be, in ticks. */
const nearTicks = 12;
const farTicks = 900;

interface Half {
  levels: Map<number, number>;
  changed: Set<number>;
  best: number;
  /** Added to a price, makes it better by one tick. */
  better: 1 | -1;
}

/** A book that changes at random. */
export class SyntheticBook {
  readonly #random: (below: number) => number;
  readonly #halves: Record<SyntheticSide, Half>;

  /** A book of `startLevels` a side, drawn from `random`. */
  constructor(random: (below: number) => number) {
    this.#random = random;
    this.#halves = {
      bids: { levels: new Map(), changed: new Set(), best: startTicks, better: 1 },
      asks: { levels: new Map(), changed: new Set(), best: startTicks + 1, better: -1 },
    };
    for (const half of Object.values(this.#halves)) {
      let ticks = half.best;
      for (let index = 0; index < startLevels; index++) {
        half.levels.set(ticks, this.#lots());
        ticks -= half.better * (1 + random(3));
      }
    }
  }

  /** Best level of each side. */
  best(): Record<SyntheticSide, SyntheticLevel> {
    const { bids, asks } = this.#halves;
    return {
      bids: [bids.best, bids.levels.get(bids.best) ?? 0],
      asks: [asks.best, asks.levels.get(asks.best) ?? 0],
    };
  }

  /** The best levels as one value to compare with. */
  top(): string {
    const { bids, asks } = this.best();
    return `${bids} ${asks}`;
  }

  /** All levels of a side, best first. */
  levels(side: SyntheticSide): SyntheticLevel[] {
    const { levels, better } = this.#halves[side];
    return [...levels].sort(([a], [b]) => (b - a) * better);
  }

  /** The levels of a side that changed since the last call, best first; 0 lots: it is gone. */
  takeChanges(side: SyntheticSide): SyntheticLevel[] {
    const { levels, changed, better } = this.#halves[side];
    const ticks = [...changed].sort((a, b) => (b - a) * better);
    changed.clear();
    return ticks.map((price) => [price, levels.get(price) ?? 0] as const);
  }

  /** One order is placed, changed or taken away, mostly near the top. */
  changeOrder(): void {
    const side: SyntheticSide = this.#random(2) === 0 ? 'bids' : 'asks';
    const half = this.#halves[side];
    const spread = this.#halves.asks.best - this.#halves.bids.best;
    if (spread > 1 && this.#random(10) < 6) {
      this.#set(half, half.best + half.better * (1 + this.#random(Math.min(spread - 1, 3))));
      return;
    }
    const distance = this.#distance();
    const ticks = half.best - half.better * distance;
    if (this.#random(100) < 30 && half.levels.size > startLevels / 2) this.#remove(half, ticks);
    else this.#set(half, ticks);
  }

  /** Someone takes from the best levels of a side; gives what was taken, level by level. */
  take(side: SyntheticSide): SyntheticLevel[] {
    const half = this.#halves[side];
    let wanted = 1 + this.#random(this.#random(20) === 0 ? maximumLots : maximumLots / 40);
    const fills: SyntheticLevel[] = [];
    while (wanted > 0 && fills.length < maximumFills && half.levels.size > 1) {
      const ticks = half.best;
      const available = half.levels.get(ticks) ?? 0;
      const lots = Math.min(wanted, available);
      wanted -= lots;
      fills.push([ticks, lots]);
      if (lots === available) this.#remove(half, ticks);
      else {
        half.levels.set(ticks, available - lots);
        half.changed.add(ticks);
      }
    }
    return fills;
  }

  #distance(): number {
    const near = this.#random(100);
    if (near < 45) return 0;
    return 1 + this.#random(near < 92 ? nearTicks : farTicks);
  }

  #lots(): number {
    return 1 + this.#random(this.#random(8) === 0 ? maximumLots : maximumLots / 10);
  }

  #set(half: Half, ticks: number): void {
    half.levels.set(ticks, this.#lots());
    half.changed.add(ticks);
    if ((ticks - half.best) * half.better > 0) half.best = ticks;
  }

  #remove(half: Half, ticks: number): void {
    if (!half.levels.delete(ticks)) return;
    half.changed.add(ticks);
    while (!half.levels.has(half.best)) half.best -= half.better;
  }
}
