/** Results as figures to compare, and those as a table for people; `--json` prints the figures. */

import type { Machine } from '../../generator/measure/machine.ts';
import type { Results } from './rounds.ts';
import type { Scenario } from './scenarios.ts';
import { median, type Random, type Spread } from '../../generator/measure/statistics.ts';
import type * as measured from '../../generator/measure/summary.ts';
import { summaryOf } from '../../generator/measure/summary.ts';
import { columns, interval, readableQuantity } from '../../generator/measure/table.ts';
import type { Figures, Metric } from './trial.ts';

/** One server under one scenario. */
export type Row = Omit<measured.Row<Figures>, 'pairs'> &
  Partial<Pick<measured.Row<Figures>, 'pairs'>>;

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

function playedOf({ load, transport, connections, bytes, depth }: Scenario): Played {
  return { load, transport, connections, bytes, ...(depth !== undefined && { depth }) };
}

/** Works out one scenario. */
export function sectionOf({ scenario, baseline, trials }: Results, random: Random): Section {
  const { name, about, metric } = scenario;
  const played = 'load' in scenario ? playedOf(scenario as Scenario) : null;
  const summary = summaryOf({ baseline, trials }, metric, random);
  return { scenario: name, about, metric, played, baseline, ...summary };
}

/** A count a second, a time or a size, as people read it. */
export function readable(metric: Metric, value: number | undefined): string {
  const isTime = metric === 'p50' || metric === 'p99' || metric === 'cpu';
  return readableQuantity(isTime ? 'time' : metric, value);
}

/** The part of the messages that was lost, as people read it. */
export function lossWords(loss: number | undefined): string {
  return loss === undefined ? '-' : `${Number((loss * 100).toPrecision(2))} %`;
}

/** A difference of times, which may be below 0. */
export function nanosecondsWords(nanoseconds: number | undefined): string {
  return nanoseconds === undefined ? '-' : `${Number(nanoseconds.toPrecision(3))} ns`;
}

type Column = [head: string, cell: (medians: Partial<Figures>) => string];

/** What a message takes of processors, and that over the baseline's; of medians. */
function cpuColumns(baseline: string, base: number): Column[] {
  return [
    ['cpu', ({ cpu }) => readable('cpu', cpu)],
    [`over ${baseline}`, ({ cpu }) => (cpu === undefined ? '-' : (cpu / base).toFixed(3))],
  ];
}

/** The columns beside the figure that is compared: those of servers, or what commands have. */
function besides({ metric, rows, baseline }: Section): Column[] {
  if (metric === 'rate' || metric === 'p50' || metric === 'p99') {
    const lossy = rows.some(({ medians }) => medians.loss !== undefined);
    const base = rows.find(({ server }) => server === baseline)?.medians.cpu;
    return [
      ['p50', ({ p50 }) => readable('p50', p50)],
      ['p99', ({ p99 }) => readable('p50', p99)],
      ['calls/message', ({ syscallsPerMessage: calls }) => calls?.toFixed(4) ?? '-'],
      ...(base === undefined ? [] : cpuColumns(baseline, base)),
      ...(lossy ? [['lost', ({ loss }) => lossWords(loss)] satisfies Column] : []),
    ];
  }
  const has = (figure: keyof Figures): boolean =>
    rows.some(({ medians }) => medians[figure] !== undefined);
  const other = metric === 'time' ? 'cpu' : 'time';
  return [
    ...(has(other) ? [[other, (medians) => readable(other, medians[other])] satisfies Column] : []),
    ...(has('overBare')
      ? [['over bare', ({ overBare }) => nanosecondsWords(overBare)] satisfies Column]
      : []),
  ];
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
