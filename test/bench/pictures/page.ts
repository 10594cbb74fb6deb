/**
 * The page of a report: one file that asks for nothing else and runs nothing. Every picture has its
 * figures as a table beside it.
 */

import type { Report, Section } from '../report.ts';
import {
  callsPicture,
  latencyPicture,
  ratioPicture,
  type Scaling,
  scalingPicture,
  scalingsOf,
} from './figures.ts';
import { element, fragment, Markup, slug } from './markup.ts';
import { inline, type Picture } from './picture.ts';
import { pageStyle, pictureStyle } from './style.ts';
import { figureTable, ratioTable, scalingTable } from './tables.ts';
import { direction, factsOf, noiseWords, reasonsOf, trialsWords } from './words.ts';

const paragraph = (words: string, kind?: string): Markup => element('p', { class: kind }, words);

const list = (lines: readonly (string | Markup)[], kind?: string): Markup =>
  element(
    'ul',
    { class: kind },
    lines.map((one) => element('li', {}, one)),
  );

function figure(picture: Picture, caption: string): Markup {
  return element('figure', {}, inline(picture), element('figcaption', {}, caption));
}

/** What the run was, and what is to be known before its figures are read. */
function headOf(report: Report): Markup {
  const facts = factsOf(report).map(([name, value]) =>
    fragment(element('dt', {}, name), element('dd', {}, value)),
  );
  const { remarks, sections } = report;
  const noisy = sections.filter((section) => section.noisy).map(({ scenario }) => scenario);
  return element(
    'header',
    {},
    element('h1', {}, 'loomgen: servers side by side'),
    element('dl', {}, facts),
    paragraph(trialsWords({ rows: sections.flatMap(({ rows }) => rows) })),
    noisy.length > 0
      ? paragraph(`Noisy, so that small ratios say nothing: ${noisy.join(', ')}.`, 'noisy')
      : undefined,
    remarks.length > 0 ? list(remarks) : undefined,
  );
}

const idOf = ({ scenario }: Section): string => `scenario-${slug(scenario)}`;

function contentsOf({ sections }: Report, scalings: readonly Scaling[]): Markup {
  const link = (id: string, words: string): Markup => element('a', { href: `#${id}` }, words);
  return element(
    'nav',
    { 'aria-label': 'Contents' },
    list([
      ...sections.map((section) => link(idOf(section), section.scenario)),
      ...(scalings.length > 0 ? [link('scaling', 'over connections')] : []),
    ]),
  );
}

/** The pictures of one scenario with their tables. */
function sectionOf(section: Section): Markup {
  const latency = latencyPicture(section);
  const calls = callsPicture(section);
  const reasons = reasonsOf(section);
  return element(
    'section',
    { id: idOf(section) },
    element('h2', {}, section.scenario),
    paragraph(`${section.about}. Compared by ${direction(section.metric)}.`),
    paragraph(noiseWords(section), section.noisy ? 'noisy' : undefined),
    paragraph(trialsWords(section), 'soft'),
    figure(
      ratioPicture(section),
      `Ratios to ${section.baseline} of the same round; whiskers hold 95 % of the medians of ` +
        'resampled rounds. What the band of noise touches is not to be told from the baseline.',
    ),
    ratioTable(section),
    latency &&
      fragment(
        element('h3', {}, 'Time of a message by percentile'),
        figure(
          latency,
          'Medians over the trials; six servers a panel, all others pale behind. How rare the ' +
            'longest message is depends on how many there were: max stands at one in 10,000.',
        ),
      ),
    calls &&
      fragment(
        element('h3', {}, 'System calls for each message'),
        figure(calls, 'Of the server, in the order of the comparison. The axis is logarithmic.'),
      ),
    element('h3', {}, 'All figures'),
    figureTable(section),
    reasons.length > 0
      ? fragment(element('h3', {}, 'Discarded trials'), list(reasons, 'reasons'))
      : undefined,
  );
}

function scalingSection(scalings: readonly Scaling[]): Markup | undefined {
  if (scalings.length === 0) return undefined;
  return element(
    'section',
    { id: 'scaling' },
    element('h2', {}, 'Over connections'),
    scalings.map((scaling) =>
      fragment(
        element('h3', {}, scaling.about),
        figure(scalingPicture(scaling), 'Messages a second. Six servers a panel, all others pale.'),
        scalingTable(scaling),
      ),
    ),
  );
}

/** A report as a page. */
export function pageOf(report: Report): string {
  const scalings = scalingsOf(report);
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    // Should anything ever slip through, a browser neither runs nor fetches it.
    element('meta', {
      'http-equiv': 'Content-Security-Policy',
      content: "default-src 'none'; style-src 'unsafe-inline'",
    }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('title', {}, `loomgen benchmark, ${report.machine.date.slice(0, 10)}`),
    element('style', {}, new Markup(`${pictureStyle}\n${pageStyle}`)),
  );
  const body = element(
    'body',
    {},
    headOf(report),
    contentsOf(report, scalings),
    element('main', {}, report.sections.map(sectionOf), scalingSection(scalings)),
  );
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, body).text}\n`;
}
