/**
 * Where the unread message of each key lies in a channel that conflates by key: the table of
 * runtime/loom/channel_keys.hpp, for the channels that JavaScript writes. Open addressing with
 * linear probing over arrays of their final size, so that no key makes garbage.
 */

/** Odd multipliers that spread a key's bits upwards: 2^32 by the golden ratio, and Murmur3's. */
const golden = 0x9e3779b1;
const murmur = 0x85ebca6b;

/** The positions of at most `capacity` keys, which are 64 bits in two halves. */
export class KeyTable {
  readonly #mask: number;
  readonly #shift: number;
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  readonly #positions: Int32Array;
  readonly #taken: Uint8Array;

  /** `capacity`: cells of the channel, 2^n; the table has twice as many places. */
  constructor(capacity: number) {
    const places = 2 * capacity;
    this.#mask = places - 1;
    this.#shift = Math.clz32(places) + 1;
    this.#low = new Int32Array(places);
    this.#high = new Int32Array(places);
    this.#positions = new Int32Array(places);
    this.#taken = new Uint8Array(places);
  }

  /** Where the message of a key was written, an int32; undefined for a key that is not here. */
  find(low: number, high: number): number | undefined {
    const place = this.#placeOf(low, high);
    return this.#taken[place] === 0 ? undefined : this.#positions[place];
  }

  /** The message of a key is at `position` from now on. */
  set(low: number, high: number, position: number): void {
    const place = this.#placeOf(low, high);
    this.#low[place] = low;
    this.#high[place] = high;
    this.#positions[place] = position;
    this.#taken[place] = 1;
  }

  /** Forgets a key, unless its message is at another position by now. */
  forget(low: number, high: number, position: number): void {
    let hole = this.#placeOf(low, high);
    if (this.#taken[hole] === 0 || this.#positions[hole] !== position) return;
    // Bound: the table is at most half full, so the next free place ends it.
    for (let next = (hole + 1) & this.#mask; this.#taken[next] === 1; ) {
      const home = this.#homeOf(this.#low[next] as number, this.#high[next] as number);
      // It stays where it is when its home lies behind the hole.
      if (((next - home) & this.#mask) >= ((next - hole) & this.#mask)) {
        this.#move(next, hole);
        hole = next;
      }
      next = (next + 1) & this.#mask;
    }
    this.#taken[hole] = 0;
  }

  #move(from: number, to: number): void {
    this.#low[to] = this.#low[from] as number;
    this.#high[to] = this.#high[from] as number;
    this.#positions[to] = this.#positions[from] as number;
  }

  #homeOf(low: number, high: number): number {
    return Math.imul(low ^ Math.imul(high, murmur), golden) >>> this.#shift;
  }

  /** The place of a key, or the free one where it would be. */
  #placeOf(low: number, high: number): number {
    let place = this.#homeOf(low, high);
    // Bound: the table is at most half full.
    while (this.#taken[place] === 1 && (this.#low[place] !== low || this.#high[place] !== high)) {
      place = (place + 1) & this.#mask;
    }
    return place;
  }
}
