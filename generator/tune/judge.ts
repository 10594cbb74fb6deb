/**
 * Whether a variant is better than what it was measured beside: only where the whole interval of
 * its ratio lies on the better side of 1 and of the noise floor, which is the interval of the same
 * program measured twice. What touches that band is not to be told from nothing; and what fails
 * more often than the present is no better, however fast it is when it does not.
 */
import { again } from '../measure/rounds.ts';
import type { Row, Summary } from '../measure/summary.ts';
import type { Better, Figures } from './load.ts';

/** Rounds below which an interval is no evidence: of five, all agree by chance once in 16. */
export const minimumRounds = 5;

/** A contest, and which way its figure is better. */
export interface Judged {
  summary: Summary<Figures>;
  /** The name of what the others are measured beside. */
  baseline: string;
  better: Better;
}

/** What a contestant came to; `why` is for where it looked better and does not count as such. */
export type Verdict = { isBetter: true } | { isBetter: false; why?: string };

/** The row of a contestant. */
const rowOf = (name: string, { summary }: Judged): Row<Figures> | undefined =>
  summary.rows.find(({ server }) => server === name);

/** Judges a contestant. */
export function judge(name: string, judged: Judged): Verdict {
  const { summary, baseline, better } = judged;
  const [row, base, second] = [name, baseline, again(baseline)].map((each) => rowOf(each, judged));
  const { noise } = summary;
  if (!row?.ratio || noise === null) return { isBetter: false };
  const isPast =
    better === 'lower'
      ? row.ratio.high < Math.min(1, noise.low)
      : row.ratio.low > Math.max(1, noise.high);
  if (!isPast) return { isBetter: false };
  const rounds = Math.min(row.pairs, second?.pairs ?? 0);
  if (rounds < minimumRounds) {
    const why = `better, but rounds that held beside ${baseline}: ${rounds} of ${minimumRounds}`;
    return { isBetter: false, why };
  }
  const failed = row.discarded.length;
  const usual = Math.max(base?.discarded.length ?? 0, second?.discarded.length ?? 0);
  if (failed <= usual) return { isBetter: true };
  const of = row.trials + failed;
  const why = `better, but of ${of} trials ${failed} failed, and ${usual} of ${baseline}`;
  return { isBetter: false, why };
}

/** The best of those that are better than the baseline; undefined when none is. */
export function bestOf(names: readonly string[], judged: Judged): string | undefined {
  const sign = judged.better === 'lower' ? 1 : -1;
  const ratioOf = (name: string): number => rowOf(name, judged)?.ratio?.median ?? Number.NaN;
  return names
    .filter((name) => judge(name, judged).isBetter)
    .sort((one, other) => sign * (ratioOf(one) - ratioOf(other)))[0];
}
