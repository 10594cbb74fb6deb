/** From a report to its pictures: which there are, and what each of them shows. */

import { bestFirst, type Played, type Report, type Row, type Section } from '../report.ts';
import type { Figures } from '../trial.ts';
import { type Bar, barsPicture } from './bars.ts';
import { type Curve, curvesPicture } from './curves.ts';
import { slug } from './markup.ts';
import type { Picture } from './picture.ts';
import { duration, frequency, plain } from './scale.ts';
import { direction, kindOf, measured, noiseBand, noiseWords, ratioWords } from './words.ts';

/** Percentiles of a trial, with the part of the messages that takes longer. */
export const percentiles = [
  { figure: 'p50', label: 'p50', beyond: 0.5 },
  { figure: 'p90', label: 'p90', beyond: 0.1 },
  { figure: 'p99', label: 'p99', beyond: 0.01 },
  { figure: 'p999', label: 'p99.9', beyond: 0.001 },
  // How rare the longest one is depends on how many there were; it has a place of its own.
  { figure: 'max', label: 'max', beyond: 0.0001 },
] as const satisfies readonly { figure: keyof Figures; label: string; beyond: number }[];

/** Why a server has no bar. */
function whyNone({ spread, discarded }: Row): string {
  if (spread !== null) return 'no round with the baseline';
  return `no figure: ${discarded[0]?.why ?? 'no trial'}`;
}

/** How servers compare under one scenario. */
export function ratioPicture(section: Section): Picture {
  const { scenario, metric, baseline } = section;
  const band = noiseBand(section);
  const bars = bestFirst(section).map((row): Bar => {
    const { spread, ratio } = row;
    const has = ratio !== null && spread !== null;
    return {
      name: row.server,
      kind: kindOf(row, section),
      value: has ? ratio.median : undefined,
      interval: has ? ratio : undefined,
      words: has ? ratioWords(ratio) : whyNone(row),
      aside: has ? measured(metric, spread.median) : undefined,
    };
  });
  return barsPicture({
    name: `${slug(scenario)}-ratio`,
    title: `${scenario}: ${section.about}`,
    about:
      `A bar for each server, best first: ${direction(metric)}, as the ratio to ${baseline} in ` +
      `the same round, with the interval that holds 95 % of resampled medians. ` +
      noiseWords(section),
    bars,
    axis: `${direction(metric)}: ratio to ${baseline}`,
    heads: { words: 'ratio [95 % interval]', aside: 'median' },
    form: 'bars',
    band: band && {
      ...band,
      words: `noise floor ${band.low.toFixed(3)} to ${band.high.toFixed(3)}`,
    },
  });
}

/** Latency by percentile; undefined where nothing was stamped. */
export function latencyPicture(section: Section): Picture | undefined {
  const curves = bestFirst(section)
    .map(
      ({ server, medians }): Curve => ({
        name: server,
        values: percentiles.map(({ figure }) => medians[figure]),
      }),
    )
    .filter(({ values }) => values.some((value) => value !== undefined));
  if (curves.length === 0) return undefined;
  return curvesPicture({
    name: `${slug(section.scenario)}-latency`,
    title: `${section.scenario}: time of a message by percentile`,
    about:
      'A curve for each server, six a panel, the others pale behind: the time of a message at ' +
      'p50, p90, p99, p99.9 and the longest, each the median over the trials. To the right the ' +
      'part of messages that take longer falls by powers of ten; times are on a logarithmic axis.',
    columns: percentiles.map(({ label, beyond }) => ({ label, place: -Math.log10(beyond) })),
    curves,
    form: 'logarithmic',
    say: duration,
    axes: { below: 'percentile, by 1 − p', left: 'time of a message' },
  });
}

/** System calls a message; undefined where they were not counted. */
export function callsPicture(section: Section): Picture | undefined {
  const counted = bestFirst(section).filter(
    ({ medians }) => medians.syscallsPerMessage !== undefined,
  );
  if (counted.length === 0) return undefined;
  return barsPicture({
    name: `${slug(section.scenario)}-calls`,
    title: `${section.scenario}: system calls of the server for each message`,
    about:
      'A dot for each server on a logarithmic axis, in the order of the comparison: how often it ' +
      'enters the kernel for a message, the median over its trials.',
    bars: counted.map((row) => {
      const value = row.medians.syscallsPerMessage ?? 0;
      return { name: row.server, kind: kindOf(row, section), value, words: plain(value) };
    }),
    axis: 'system calls a message, logarithmic; fewer is better',
    heads: { words: 'calls a message' },
    form: 'dots',
  });
}

/** Scenarios that differ in nothing but their connections. */
export interface Scaling {
  name: string;
  about: string;
  connections: readonly number[];
  /** By server, the rate at each number of connections. */
  curves: readonly Curve[];
}

/** The echoes of a report that were played on several numbers of connections. */
export function scalingsOf({ sections }: Report): Scaling[] {
  const groups = new Map<string, (Section & { played: Played })[]>();
  for (const section of sections) {
    const { played } = section;
    if (played?.load !== 'echo' || section.metric !== 'rate') continue;
    const key = `${played.transport}-${played.depth ?? 1}-${played.bytes}`;
    groups.set(key, [...(groups.get(key) ?? []), { ...section, played }]);
  }
  return [...groups].flatMap(([key, group]) => {
    const sorted = [...group].sort((a, b) => a.played.connections - b.played.connections);
    const [first, ...more] = sorted;
    if (first === undefined || more.length === 0) return [];
    const { transport, depth = 1, bytes } = first.played;
    return {
      name: `scaling-${slug(key)}`,
      about: `echo of ${bytes} B over ${transport}, ${depth} in flight on each connection`,
      connections: sorted.map(({ played }) => played.connections),
      curves: scalingCurves(sorted),
    };
  });
}

/** Every server of some sections, the one that has the best rate anywhere first. */
function scalingCurves(sections: readonly Section[]): Curve[] {
  const servers = [...new Set(sections.flatMap(({ rows }) => rows.map(({ server }) => server)))];
  const curves = servers.map(
    (name): Curve => ({
      name,
      values: sections.map(
        ({ rows }) => rows.find(({ server }) => server === name)?.medians.rate ?? undefined,
      ),
    }),
  );
  const best = ({ values }: Curve): number => Math.max(0, ...values.map((value) => value ?? 0));
  return curves
    .filter(({ values }) => values.some((value) => value !== undefined))
    .sort((a, b) => best(b) - best(a));
}

/** Rates over connections. */
export function scalingPicture({ name, about, connections, curves }: Scaling): Picture {
  return curvesPicture({
    name,
    title: `Messages a second over connections: ${about}`,
    about:
      'A curve for each server, six a panel, the others pale behind: messages a second at ' +
      `${connections.join(', ')} connections, each the median over the trials.`,
    columns: connections.map((count) => ({ label: String(count), place: Math.log2(count) })),
    curves,
    form: 'linear',
    say: frequency,
    axes: { below: 'connections, logarithmic', left: 'messages a second' },
  });
}

/** The pictures of one scenario. */
export function sectionPictures(section: Section): Picture[] {
  return [ratioPicture(section), latencyPicture(section), callsPicture(section)].filter(
    (picture) => picture !== undefined,
  );
}

/** Every picture of a report. */
export function picturesOf(report: Report): Picture[] {
  return [...report.sections.flatMap(sectionPictures), ...scalingsOf(report).map(scalingPicture)];
}
