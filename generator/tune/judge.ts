/**
 * Whether a variant is better than what it was measured beside: only where the whole interval of
 * its ratio lies on the better side of 1 and of the noise floor, which is the interval of the same
 * program measured twice. What touches that band is not to be told from nothing.
 */
import type { Summary } from '../measure/summary.ts';
import type { Better, Figures } from './load.ts';

/** Rounds below which an interval is no evidence: of five, all agree by chance once in 16. */
export const minimumRounds = 5;

/** Whether a contestant is better than the baseline of a contest. */
export function isBetter(name: string, summary: Summary<Figures>, better: Better): boolean {
  const { rows, noise } = summary;
  const row = rows.find(({ server }) => server === name);
  const ratio = row?.ratio;
  if (ratio === undefined || ratio === null || noise === null) return false;
  if ((row?.trials ?? 0) < minimumRounds) return false;
  return better === 'lower'
    ? ratio.high < Math.min(1, noise.low)
    : ratio.low > Math.max(1, noise.high);
}

/** The best of those that are better than the baseline; undefined when none is. */
export function bestOf(
  names: readonly string[],
  summary: Summary<Figures>,
  better: Better,
): string | undefined {
  const sign = better === 'lower' ? 1 : -1;
  const ratioOf = (name: string): number =>
    summary.rows.find(({ server }) => server === name)?.ratio?.median ?? Number.NaN;
  return names
    .filter((name) => isBetter(name, summary, better))
    .sort((one, other) => sign * (ratioOf(one) - ratioOf(other)))[0];
}
