/** Results as figures to compare, and those as a table for people; `--json` prints the figures. */

import type { Machine } from '../../generator/measure/machine.ts';
import { again } from '../../generator/measure/rounds.ts';
import type { Results } from './rounds.ts';
import type { Scenario } from './scenarios.ts';
import {
  bootstrap,
  median,
  pairedRatios,
  type Random,
  type Spread,
  spreadOf,
} from '../../generator/measure/statistics.ts';
import type { Figures, Metric, Trial } from './trial.ts';

/** One server under one scenario. */
export interface Row {
  server: string;
  /** Trials with figures. */
  trials: number;
  /** Why the others have none. */
  discarded: { round: number; why: string }[];
  /** Of what the scenario compares; null without a trial. */
  spread: Spread | null;
  /** Over the baseline of the same round, with its 95 % interval; null where there is none. */
  ratio: Spread | null;
  /** The median of each figure. */
  medians: Partial<Figures>;
}

/** What a scenario of servers plays. */
export type Played = Pick<Scenario, 'load' | 'transport' | 'connections' | 'bytes' | 'depth'>;

/** One scenario. */
export interface Section {
  scenario: string;
  about: string;
  metric: Metric;
  /** The load, so that scenarios which differ in one thing can be put side by side; null: none. */
  played: Played | null;
  baseline: string;
  rows: Row[];
  /** The baseline over itself: what differs less than this differs by noise. */
  noise: Spread | null;
  noisy: boolean;
}

/** Everything that a run found. */
export interface Report {
  /** As it can be typed again. */
  command: string;
  machine: Machine;
  seed: number;
  rounds: number;
  measuredMilliseconds: number;
  remarks: string[];
  sections: Section[];
}

/** Noise past which ratios of a few percent say nothing. */
const noiseBound = 0.05;

const figuresOf = (trial: Trial | undefined): Figures | undefined =>
  trial !== undefined && 'figures' in trial ? trial.figures : undefined;

/** The median of each figure that some trial has. */
function mediansOf(all: readonly Figures[]): Partial<Figures> {
  const names = new Set(all.flatMap((figures) => Object.keys(figures) as (keyof Figures)[]));
  return Object.fromEntries(
    [...names].map((name) => [name, median(all.flatMap((figures) => figures[name] ?? []))]),
  );
}

function playedOf({ load, transport, connections, bytes, depth }: Scenario): Played {
  return { load, transport, connections, bytes, ...(depth !== undefined && { depth }) };
}

/** Works out one scenario. */
export function sectionOf({ scenario, baseline, trials }: Results, random: Random): Section {
  const { name, about, metric } = scenario;
  const played = 'load' in scenario ? playedOf(scenario as Scenario) : null;
  const byRound = (server: string) =>
    (trials.get(server) ?? []).map((trial) => figuresOf(trial)?.[metric]);
  const rows = [...trials].map(([server, own]): Row => {
    const held = own.flatMap((trial) => figuresOf(trial) ?? []);
    const values = held.flatMap((figures) => figures[metric] ?? []);
    const ratios = pairedRatios(byRound(server), byRound(baseline));
    return {
      server,
      trials: held.length,
      discarded: own.flatMap((trial, round) =>
        'discarded' in trial ? [{ round, why: trial.discarded }] : [],
      ),
      spread: values.length === 0 ? null : spreadOf(values),
      ratio: ratios.length === 0 ? null : bootstrap(ratios, random),
      medians: mediansOf(held),
    };
  });
  const noise = rows.find(({ server }) => server === again(baseline))?.ratio ?? null;
  const noisy = noise !== null && Math.max(noise.high - 1, 1 - noise.low) > noiseBound;
  return { scenario: name, about, metric, played, baseline, rows, noise, noisy };
}

/** From the largest; the last is used below the others, too. */
const times = [
  [' s', 1e9],
  [' ms', 1e6],
  [' us', 1e3],
  [' ns', 1],
] as const;
const units: Readonly<Record<Metric, readonly (readonly [unit: string, size: number])[]>> = {
  rate: [
    [' M/s', 1e6],
    [' k/s', 1e3],
  ],
  p50: times,
  time: times,
  cpu: times,
  bytes: [
    [' MiB', 2 ** 20],
    [' KiB', 2 ** 10],
  ],
};

/** A count a second, a time or a size, as people read it. */
export function readable(metric: Metric, value: number | undefined): string {
  if (value === undefined) return '-';
  const all = units[metric];
  const [unit, size] = all.find(([, each]) => value >= each) ?? all.at(-1) ?? ['', 1];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

/** The columns beside the figure that is compared: those of servers, or what commands have. */
function besides({
  metric,
  rows,
}: Section): [head: string, cell: (medians: Partial<Figures>) => string][] {
  if (metric === 'rate' || metric === 'p50') {
    return [
      ['p50', ({ p50 }) => readable('p50', p50)],
      ['p99', ({ p99 }) => readable('p50', p99)],
      ['calls/message', ({ syscallsPerMessage: calls }) => calls?.toFixed(4) ?? '-'],
    ];
  }
  const other = metric === 'time' ? 'cpu' : 'time';
  const any = rows.some(({ medians }) => medians[other] !== undefined);
  return any ? [[other, (medians) => readable(other, medians[other])]] : [];
}

const interval = ({ median: middle, low, high }: Spread): string =>
  `${middle.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;

/** Lines of cells as columns: the first to the left, the others to the right. */
function columns(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, n) =>
    Math.max(...lines.map((cells) => cells[n]?.length ?? 0)),
  );
  return lines.map((cells) =>
    cells
      .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The servers of a scenario, the best first; those without a figure come last. */
export function bestFirst({ metric, rows }: Pick<Section, 'metric' | 'rows'>): Row[] {
  const worst = metric === 'rate' ? 0 : Number.MAX_VALUE;
  return [...rows].sort((a, b) => {
    const [first, second] = [a.spread?.median ?? worst, b.spread?.median ?? worst];
    return metric === 'rate' ? second - first : first - second;
  });
}

/** The lines of one scenario, the best server first. */
function sectionLines(section: Section): string[] {
  const { metric, rows, baseline, noise, noisy } = section;
  const better = metric === 'rate' ? 'higher is better' : 'lower is better';
  const order = bestFirst(section);
  const others = besides(section);
  const head = [`  ${metric}, ${better}`, 'median', 'quartiles', `over ${baseline}`];
  const lines = order.map(({ server, spread, ratio, medians, trials, discarded }) => [
    `  ${server}`,
    readable(metric, spread?.median),
    spread === null ? '-' : `${readable(metric, spread.low)} .. ${readable(metric, spread.high)}`,
    ratio === null ? '-' : interval(ratio),
    ...others.map(([, cell]) => cell(medians)),
    discarded.length === 0 ? String(trials) : `${trials}, ${discarded.length} discarded`,
  ]);
  const why = rows.flatMap(({ server, discarded }) =>
    discarded.map((one) => `  discarded: ${server}, round ${one.round + 1}: ${one.why}`),
  );
  const floor = noise === null ? 'not known' : interval(noise);
  const warning = noisy ? ': NOISY, small ratios say nothing' : '';
  const late = rows.flatMap((row) => row.medians.generatorP99 ?? []);
  const lateness =
    late.length === 0
      ? []
      : [`  of that the load generator's own lateness: p99 ${readable('p50', median(late))}`];
  return [
    `${section.scenario}: ${section.about}`,
    ...columns([[...head, ...others.map(([name]) => name), 'trials'], ...lines]),
    `  noise floor (${baseline} twice): ${floor}${warning}`,
    ...lateness,
    ...why,
    '',
  ];
}

/** The report as text. */
export function reportText(report: Report): string {
  const { machine, seed, rounds, measuredMilliseconds, remarks, sections } = report;
  const trials = sections.flatMap(({ rows }) => rows);
  const discarded = trials.reduce((sum, row) => sum + row.discarded.length, 0);
  const held = trials.reduce((sum, row) => sum + row.trials, 0);
  return [
    `${machine.processor}, ${machine.cores} cores, Linux ${machine.kernel}; ${machine.compiler}`,
    `${machine.date}; seed ${seed}, ${rounds} rounds of ${measuredMilliseconds} ms`,
    ...remarks,
    '',
    ...sections.flatMap(sectionLines),
    `${held} trials, ${discarded} discarded`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
