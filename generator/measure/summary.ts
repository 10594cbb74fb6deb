/**
 * What rounds come to: for each contestant its median and quartiles, its ratio to the baseline with
 * an interval, why trials were discarded; and how far the baseline differs from itself.
 */
import { again, type Results, type Trial } from './rounds.ts';
import {
  bootstrap,
  median,
  pairedRatios,
  type Random,
  type Spread,
  spreadOf,
} from './statistics.ts';

/** Figures of a trial by name, as far as a trial has them. */
type Named = Partial<Record<string, number>>;

/** One contestant under one scenario. */
export interface Row<Figures> {
  server: string;
  /** Trials with figures. */
  trials: number;
  /** Rounds in which both it and the baseline have figures; `ratio` is theirs. */
  pairs: number;
  /** Why the others have none. */
  discarded: { round: number; why: string }[];
  /** Of what the scenario compares; null without a trial. */
  spread: Spread | null;
  /** Over the baseline of the same round, with its 95 % interval; null where there is none. */
  ratio: Spread | null;
  /** The median of each figure. */
  medians: Partial<Figures>;
}

/** One contest. */
export interface Summary<Figures> {
  rows: Row<Figures>[];
  /** The baseline over itself: what differs less than this differs by noise. */
  noise: Spread | null;
  /** Whether the machine made equals differ by so much that small ratios say nothing. */
  noisy: boolean;
}

/** Noise past which ratios of a few percent say nothing. */
const noiseBound = 0.05;

/** The figure `name` of a trial. */
const figureOf = (trial: Trial<object>, name: string): number | undefined =>
  'figures' in trial ? (trial.figures as Named)[name] : undefined;

/** The median of each figure that some trial has. */
function mediansOf(all: readonly Named[]): Named {
  const names = new Set(all.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(all.flatMap((figures) => figures[name] ?? []))]),
  );
}

/** Works out one contest by the figure `metric`. */
export function summaryOf<Figures extends object>(
  { baseline, trials }: Pick<Results<unknown, Figures>, 'baseline' | 'trials'>,
  metric: string,
  random: Random,
): Summary<Figures> {
  const byRound = (server: string) =>
    (trials.get(server) ?? []).map((trial) => figureOf(trial, metric));
  const rows = [...trials].map(([server, own]): Row<Figures> => {
    const held = own.flatMap((trial) => ('figures' in trial ? [trial.figures] : []));
    const values = held.flatMap((figures) => (figures as Named)[metric] ?? []);
    const ratios = pairedRatios(byRound(server), byRound(baseline));
    return {
      server,
      trials: held.length,
      pairs: ratios.length,
      discarded: own.flatMap((trial, round) =>
        'discarded' in trial ? [{ round, why: trial.discarded }] : [],
      ),
      spread: values.length === 0 ? null : spreadOf(values),
      ratio: ratios.length === 0 ? null : bootstrap(ratios, random),
      medians: mediansOf(held as Named[]) as Partial<Figures>,
    };
  });
  const noise = rows.find(({ server }) => server === again(baseline))?.ratio ?? null;
  const noisy = noise !== null && Math.max(noise.high - 1, 1 - noise.low) > noiseBound;
  return { rows, noise, noisy };
}
