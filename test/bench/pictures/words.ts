/** What pictures and tables say in words: ratios, noise, and why a figure is missing. */

import { type Report, type Row, readable, type Section } from '../report.ts';
import { again } from '../../../generator/measure/rounds.ts';
import type { Spread } from '../../../generator/measure/statistics.ts';
import { duration, frequency, plain } from './scale.ts';

/** Whose a server is, as far as pictures tell it apart. */
export function kindOf({ server }: Row, { baseline }: Section): 'ours' | 'theirs' | 'base' {
  if (server === baseline || server === again(baseline)) return 'base';
  return server.startsWith('loom-') ? 'ours' : 'theirs';
}

/** What a scenario compares, as people read it. */
export function measured(metric: Section['metric'], value: number): string {
  if (metric === 'bytes') return readable(metric, value);
  return metric === 'rate' ? frequency(value) : duration(value);
}

const compared: Readonly<Record<Section['metric'], string>> = {
  rate: 'messages a second, more is better',
  p50: 'median time of a message, less is better',
  p99: 'time of a message at its 99th percentile, less is better',
  time: 'time, less is better',
  cpu: 'processor time, less is better',
  bytes: 'size, less is better',
};

/** Which way is better. */
export function direction(metric: Section['metric']): string {
  return compared[metric];
}

/** A ratio with its interval. */
export function ratioWords({ median, low, high }: Spread): string {
  return `${median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** Noise as an interval around 1; undefined where it is not known. */
export function noiseBand({ noise }: Section): { low: number; high: number } | undefined {
  if (noise === null) return undefined;
  return { low: Math.min(noise.low, 1), high: Math.max(noise.high, 1) };
}

/** What a ratio says, once noise is taken into account. */
export function verdict(row: Row, section: Section): string {
  if (row.spread === null) return 'no figure';
  if (row.ratio === null) return 'no round with the baseline';
  if (row.server === section.baseline) return 'the baseline';
  if (row.server === again(section.baseline)) return 'the baseline a second time';
  const { low, high } = noiseBand(section) ?? { low: 1, high: 1 };
  const { ratio } = row;
  if (ratio.low <= high && ratio.high >= low) return 'not to be told from the baseline';
  const more = ratio.median > 1;
  const times = more && ratio.median >= 2 ? `${plain(ratio.median)} times` : undefined;
  const percent = `${plain(Math.abs(ratio.median - 1) * 100)} %`;
  if (section.metric === 'rate') {
    return times ? `${times} the rate` : `${percent} ${more ? 'more' : 'fewer'} messages`;
  }
  const what = section.metric === 'bytes' ? 'size' : 'time';
  return times ? `${times} the ${what}` : `${percent} ${more ? 'more' : 'less'} ${what}`;
}

/** How much equal servers differ under a scenario. */
export function noiseWords(section: Section): string {
  const { noise, noisy, baseline } = section;
  if (noise === null) {
    return `The noise floor is not known: no round holds both trials of ${baseline}.`;
  }
  const floor = `Noise floor: ${baseline} over itself is ${ratioWords(noise)}.`;
  const width = plain(Math.max(noise.high - 1, 1 - noise.low) * 100);
  return noisy
    ? `${floor} This scenario was noisy: equal servers differ by up to ${width} %, and smaller ` +
        'differences say nothing.'
    : `${floor} Differences of less than ${width} % say nothing.`;
}

const trialWords = (count: number): string => (count === 1 ? '1 trial' : `${count} trials`);

/** How many trials a scenario had, and how many of them were discarded. */
export function trialsWords({ rows }: Pick<Section, 'rows'>): string {
  const held = rows.reduce((sum, row) => sum + row.trials, 0);
  const discarded = rows.reduce((sum, row) => sum + row.discarded.length, 0);
  const all = trialWords(held + discarded);
  if (discarded === 0) return `${all}, none discarded.`;
  return `${all}, ${discarded} of them discarded; the reasons are below.`;
}

/** Why trials were discarded, a line each. */
export function reasonsOf({ rows }: Section): string[] {
  return rows.flatMap(({ server, discarded }) =>
    discarded.map(({ round, why }) => `${server}, round ${round + 1}: ${why}`),
  );
}

/** What a run was: its facts by name. */
export function factsOf(report: Report): readonly (readonly [name: string, value: string])[] {
  const { command, machine, seed, rounds, measuredMilliseconds } = report;
  return [
    ['Command', command],
    ['Date', machine.date],
    ['Processor', machine.processor],
    ['Cores', String(machine.cores)],
    ['Load average', machine.loadAverage.toFixed(2)],
    ['Kernel', `Linux ${machine.kernel}`],
    ['Compiler', machine.compiler],
    ['Node', machine.node],
    ['Seed', String(seed)],
    ['Rounds', `${rounds}, of ${measuredMilliseconds} ms for each server and scenario`],
  ];
}

/** The same in two lines, for below a picture. */
export function factLines(report: Report): readonly string[] {
  const { command, machine, seed, rounds, measuredMilliseconds } = report;
  return [
    `${command}; ${rounds} rounds of ${measuredMilliseconds} ms, seed ${seed}`,
    `${machine.processor}, ${machine.cores} cores, Linux ${machine.kernel}; ${machine.compiler}; ` +
      `Node ${machine.node}; ${machine.date}`,
  ];
}
