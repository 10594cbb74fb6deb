/** The figures of a report as tables, for whoever reads them or does not see the pictures. */

import { bestFirst, lossWords, nanosecondsWords, type Section } from '../report.ts';
import { percentiles, type Scaling } from './figures.ts';
import { element, type Markup } from './markup.ts';
import { duration, frequency, plain } from './scale.ts';
import { measured, ratioWords, verdict } from './words.ts';

const nothing = '–';

/** A table whose first column names its rows. */
function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  wordColumns: readonly number[] = [],
): Markup {
  const kind = (n: number) => (wordColumns.includes(n) ? 'words' : undefined);
  const cell = (words: string, n: number): Markup =>
    n === 0 ? element('th', { scope: 'row' }, words) : element('td', { class: kind(n) }, words);
  const written = element(
    'table',
    {},
    element('caption', {}, caption),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        head.map((words, n) => element('th', { scope: 'col', class: kind(n) }, words)),
      ),
    ),
    element(
      'tbody',
      {},
      rows.map((cells) => element('tr', {}, cells.map(cell))),
    ),
  );
  // Keyboards can scroll what can be focused.
  return element(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    written,
  );
}

/** How servers compare under a scenario. */
export function ratioTable(section: Section): Markup {
  const { metric, baseline, scenario } = section;
  const rows = bestFirst(section).map((row) => {
    const { server, spread, ratio, trials, discarded } = row;
    const say = (value: number): string => measured(metric, value);
    return [
      server,
      spread === null ? nothing : say(spread.median),
      spread === null ? nothing : `${say(spread.low)} to ${say(spread.high)}`,
      ratio === null ? nothing : ratioWords(ratio),
      verdict(row, section),
      discarded.length === 0 ? String(trials) : `${trials}, ${discarded.length} discarded`,
    ];
  });
  const head = ['server', 'median', 'quartiles', 'ratio [95 %]', 'in words', 'trials'];
  return table(`${scenario}, best first; ratios are to ${baseline}`, head, rows, [4]);
}

/** Every other figure of a scenario: percentiles, rates, system calls. */
export function figureTable(section: Section): Markup {
  const order = bestFirst(section).filter(({ trials }) => trials > 0);
  const present = percentiles.filter(({ figure }) =>
    order.some(({ medians }) => medians[figure] !== undefined),
  );
  const counted = order.some(({ medians }) => medians.syscallsPerMessage !== undefined);
  const late = order.some(({ medians }) => medians.generatorP99 !== undefined);
  const lossy = order.some(({ medians }) => medians.loss !== undefined);
  const bare = order.some(({ medians }) => medians.overBare !== undefined);
  const say = (value: number | undefined, how: (value: number) => string): string =>
    value === undefined ? nothing : how(value);
  const rows = order.map(({ server, medians }) => [
    server,
    say(medians.rate, frequency),
    ...present.map(({ figure }) => say(medians[figure], duration)),
    ...(counted ? [say(medians.syscallsPerMessage, plain)] : []),
    ...(late ? [say(medians.generatorP99, duration)] : []),
    ...(lossy ? [say(medians.loss, lossWords)] : []),
    ...(bare ? [say(medians.overBare, nanosecondsWords)] : []),
  ]);
  const head = [
    ...['server', 'rate'],
    ...present.map(({ label }) => label),
    ...(counted ? ['calls a message'] : []),
    ...(late ? ['late by, p99'] : []),
    ...(lossy ? ['lost'] : []),
    ...(bare ? ['over a bare recv'] : []),
  ];
  const lateness = late ? '; late by: how late the load generator itself was' : '';
  return table(`${section.scenario}: medians over the trials${lateness}`, head, rows);
}

/** Rates over connections. */
export function scalingTable({ about, connections, curves }: Scaling): Markup {
  const rows = curves.map(({ name, values }) => [
    name,
    ...values.map((value) => (value === undefined ? nothing : frequency(value))),
  ]);
  const head = ['server', ...connections.map((count) => `${count} connections`)];
  return table(`Messages a second: ${about}`, head, rows);
}
