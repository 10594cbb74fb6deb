/**
 * Whether memory stays where it was: a straight line through samples of it, and how far that line
 * climbs from the first sample after the warm-up to the last.
 */

/** What a process has after a collection, in bytes, and the messages that it had read by then. */
export interface Sample {
  messages: number;
  heapUsed: number;
  external: number;
  rss: number;
}

/** A kind of memory. */
export type Memory = Exclude<keyof Sample, 'messages'>;

/** The first part of a run: code is compiled, rings are touched for the first time. */
export const warmupShare = 0.25;
/** With fewer samples after the warm-up, a line says nothing. */
export const samplesMinimum = 8;

/** The samples after the warm-up. */
export function settled(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.ceil(samples.length * warmupShare));
}

/**
 * How many bytes the line of least squares climbs over the samples; below 0 where it falls.
 * @throws {RangeError} for too few samples
 */
export function growthOf(samples: readonly Sample[], memory: Memory): number {
  const count = samples.length;
  if (count < samplesMinimum) {
    throw new RangeError(`${count} samples say nothing, ${samplesMinimum} would: run for longer`);
  }
  const middle = (count - 1) / 2;
  const mean = samples.reduce((sum, sample) => sum + sample[memory], 0) / count;
  let products = 0;
  let squares = 0;
  for (const [n, sample] of samples.entries()) {
    products += (n - middle) * (sample[memory] - mean);
    squares += (n - middle) ** 2;
  }
  return (products / squares) * (count - 1);
}
