/** Counts what a process takes: from the first message on, after a time to get warm. */

/** Counts for a while. */
export class Meter {
  readonly #warmupMilliseconds: number;
  readonly #measuredMilliseconds: number;
  #first: number | undefined;
  #begin: number | undefined;
  #count = 0;

  /** @param times the milliseconds to get warm and to measure, as a command line has them */
  constructor(times: readonly string[]) {
    const [warmup = 0, measured = 0] = times.map(Number);
    this.#warmupMilliseconds = warmup;
    this.#measuredMilliseconds = measured;
  }

  /** Counts. @returns what to print, once the time is over */
  add(count: number): { count: number; nanoseconds: number } | undefined {
    const now = performance.now();
    this.#first ??= now;
    if (this.#begin === undefined) {
      if (now - this.#first >= this.#warmupMilliseconds) this.#begin = now;
      return undefined;
    }
    this.#count += count;
    if (now - this.#begin < this.#measuredMilliseconds) return undefined;
    return { count: this.#count, nanoseconds: Math.round((now - this.#begin) * 1e6) };
  }
}
