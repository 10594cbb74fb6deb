/**
 * The statistics of measurements: medians and quartiles, ratios of what ran in the same round, and
 * how sure a median is, by a bootstrap. Whatever is random comes from a seed.
 */

/** Gives numbers from 0 up to 1. */
export type Random = () => number;

/** A small generator (mulberry32): the same seed gives the same numbers on every machine. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The same items in a random order. */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const order = items.map((item) => ({ item, place: random() }));
  return order.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/**
 * The value below which `fraction` of the values lie, interpolated between two of them.
 * @throws {RangeError} without a value
 */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError('no value, no quantile');
  return below + (above - below) * (place - Math.floor(place));
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The middle half of the values. */
export interface Spread {
  median: number;
  /** The first and the third quartile. */
  low: number;
  high: number;
}

/** The median with its quartiles. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** What was measured in a round; undefined where that trial was discarded. */
export type ByRound = readonly (number | undefined)[];

/** `values` over `baseline`, for each round that has both. */
export function pairedRatios(values: ByRound, baseline: ByRound): number[] {
  return values.flatMap((value, round) => {
    const base = baseline[round];
    return value === undefined || base === undefined || base === 0 ? [] : [value / base];
  });
}

const resamples = 2000;
const confidence = 0.95;

/** The median, and the interval in which 95 % of the medians of resampled values lie. */
export function bootstrap(values: readonly number[], random: Random): Spread {
  const medians = Array.from({ length: resamples }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN)),
  );
  return {
    median: median(values),
    low: quantile(medians, (1 - confidence) / 2),
    high: quantile(medians, (1 + confidence) / 2),
  };
}
