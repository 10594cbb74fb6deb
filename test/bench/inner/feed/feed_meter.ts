/**
 * What a reader of the feed has taken, from when it is warm: messages, its whole process's CPU
 * time, and how long after they were sent messages reached it. It is told of each message, so that
 * no reader counts in another way.
 */

/** A reader's line of JSON; times in nanoseconds, 0 where nothing was stamped. */
export interface FeedResult {
  count: number;
  nanoseconds: number;
  cpu_nanoseconds: number;
  /** Messages that were sent between the first and the last and did not come. */
  lost: number;
  p50: number;
  p99: number;
  p999: number;
  max: number;
}

/** Looks at both clocks, of which the closest two count. */
const clockLooks = 32;
/** Latencies that are kept; a trial of 10 s at 100,000 a second has as many. */
const samplesMaximum = 2 ** 20;

/** What to add to performance.now(), in nanoseconds, for the sender's CLOCK_MONOTONIC. */
function monotonicOffset(): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let look = 0; look < clockLooks; look += 1) {
    const before = performance.now() * 1e6;
    const between = Number(process.hrtime.bigint());
    smallest = Math.min(smallest, between - before);
  }
  return smallest;
}

/** The value at a fraction of sorted values; 0 without any. */
function quantileOf(sorted: Float64Array, fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}

/** Counts for a while. */
export class FeedMeter {
  readonly #warmupMilliseconds: number;
  readonly #measuredMilliseconds: number;
  readonly #offset = monotonicOffset();
  readonly #samples = new Float64Array(samplesMaximum);
  #sampled = 0;
  #firstAt: number | undefined;
  #begin: { at: number; cpu: NodeJS.CpuUsage } | undefined;
  #firstNumber = 0;
  #count = 0;
  #last = 0;

  /** @param times the milliseconds to get warm and to measure, as a command line has them */
  constructor(times: readonly string[]) {
    const [warmup = 0, measured = 0] = times.map(Number);
    this.#warmupMilliseconds = warmup;
    this.#measuredMilliseconds = measured;
  }

  /**
   * A message came.
   * @param number the low 32 bits of its number
   */
  take(number: number, stampLow: number, stampHigh: number): void {
    this.#count += 1;
    this.#last = number;
    if (stampHigh === 0 && stampLow === 0) return;
    if (this.#sampled === samplesMaximum) return;
    const now = performance.now() * 1e6 + this.#offset;
    this.#samples[this.#sampled] = now - (stampHigh * 2 ** 32 + stampLow);
    this.#sampled += 1;
  }

  /** After some messages: looks at the clock. @returns what to print, once the time is over */
  look(): FeedResult | undefined {
    const now = performance.now();
    this.#firstAt ??= now;
    if (this.#begin === undefined) {
      if (now - this.#firstAt >= this.#warmupMilliseconds) {
        this.#begin = { at: performance.now(), cpu: process.cpuUsage() };
        this.#firstNumber = this.#last;
        this.#sampled = 0;
        this.#count = 0;
      }
      return undefined;
    }
    if (now - this.#begin.at < this.#measuredMilliseconds) return undefined;
    const { user, system } = process.cpuUsage(this.#begin.cpu);
    const sorted = this.#samples.subarray(0, this.#sampled).sort();
    return {
      count: this.#count,
      nanoseconds: Math.round((now - this.#begin.at) * 1e6),
      cpu_nanoseconds: (user + system) * 1000,
      // Numbers have 32 bits here, and a difference of two of them, too.
      lost: ((this.#last - this.#firstNumber) >>> 0) - this.#count,
      p50: quantileOf(sorted, 0.5),
      p99: quantileOf(sorted, 0.99),
      p999: quantileOf(sorted, 0.999),
      max: quantileOf(sorted, 1),
    };
  }
}
