/**
 * Horizontal bars, a server each: from zero to a value, with the interval in which it lies as a
 * whisker, and a band of what noise alone makes. Where values lie decades apart it is dots on a
 * logarithmic axis, because the length of a bar means nothing there.
 */

import { element, fragment, type Markup } from './markup.ts';
import { line, nameText, type Picture, pictureWidth, text } from './picture.ts';
import { linear, logarithmic, plain, type Scale } from './scale.ts';

/** One server. */
export interface Bar {
  name: string;
  kind: 'ours' | 'theirs' | 'base';
  /** undefined: there is nothing to draw, and `words` say why. */
  value: number | undefined;
  /** Where the value may lie. */
  interval?: { low: number; high: number } | undefined;
  /** The figures, or why there are none. */
  words: string;
  /** One more figure, at the end of the row. */
  aside?: string | undefined;
}

/** What a picture of bars shows. */
export interface Bars extends Pick<Picture, 'name' | 'title' | 'about'> {
  bars: readonly Bar[];
  /** What the axis measures. */
  axis: string;
  /** Above the words of the bars, and above what is aside. */
  heads: { words: string; aside?: string };
  form: 'bars' | 'dots';
  /** What noise alone makes, around 1. */
  band?: { low: number; high: number; words: string } | undefined;
}

const left = 236;
const right = 690;
const wordsLeft = 704;
const asideRight = pictureWidth - 8;
const top = 38;
const rowHeight = 21;
const barHeight = 13;
const nameCharacters = 36;
const wordCharacters = 36;

/** The axis that holds all bars, their whiskers and the band. */
function scaleOf({ bars, band, form }: Bars): Scale {
  const extent = { from: left, to: right };
  const values = bars.flatMap(({ value, interval }) =>
    value === undefined ? [] : [value, ...(interval ? [interval.low, interval.high] : [])],
  );
  if (form === 'dots') return logarithmic(values, extent);
  return linear(Math.max(0, ...values, ...(band ? [band.high, 1] : [])), extent);
}

/** Lines of the axis, what they are called, and the axis' name below them. */
function axisOf(scale: Scale, bottom: number, axis: string): Markup {
  return fragment(
    scale.ticks.map((tick) => {
      const x = scale.at(tick);
      const label = text(x, bottom + 15, 'middle', plain(tick), 'soft');
      return [line(x, top, x, bottom, 'grid'), label];
    }),
    line(left, bottom, right, bottom, 'axis'),
    text(left, bottom + 32, 'start', axis, 'soft'),
  );
}

/** The band of noise behind the bars, and what it is above them. */
function bandOf(scale: Scale, bottom: number, band: NonNullable<Bars['band']>): Markup {
  const [low, high] = [scale.at(band.low), scale.at(band.high)];
  // A word's width is not known here; its middle keeps off the ends.
  const middle = Math.min(Math.max((low + high) / 2, left + 80), right - 80);
  return fragment(
    element('rect', {
      x: low,
      y: top,
      width: Math.max(high - low, 1),
      height: bottom - top,
      class: 'band',
    }),
    [low, high].map((x) => line(x, top - 6, x, bottom, 'edge-line')),
    text(middle, top - 12, 'middle', band.words, 'edge'),
  );
}

/** An interval: a line with feet, on a halo that parts it from the bar. */
function whisker(scale: Scale, y: number, { low, high }: { low: number; high: number }): Markup {
  const [from, to] = [scale.at(low), scale.at(high)];
  const path = `M${from.toFixed(2)} ${y}H${to.toFixed(2)}`;
  const feet = [from, to].map((x) => `M${x.toFixed(2)} ${y - 4}v8`).join('');
  return fragment(
    element('path', { d: path, class: 'halo' }),
    element('path', { d: path + feet, class: 'whisker' }),
  );
}

/** One server's row. */
function rowOf(bar: Bar, scale: Scale, form: Bars['form'], y: number): Markup {
  const { name, kind, value, interval, words, aside } = bar;
  const place = value === undefined ? undefined : scale.at(value);
  const mark =
    place === undefined
      ? undefined
      : form === 'bars'
        ? element('rect', {
            x: left,
            y: y - barHeight / 2,
            width: place - left,
            height: barHeight,
            class: kind,
          })
        : fragment(
            line(left, y, place, y, 'axis'),
            element('circle', { cx: place, cy: y, r: 5, class: kind }),
          );
  return element(
    'g',
    {},
    nameText(8, y + 4, name, nameCharacters),
    mark,
    interval && value !== undefined ? whisker(scale, y, interval) : undefined,
    nameText(wordsLeft, y + 4, words, wordCharacters),
    aside === undefined ? undefined : text(asideRight, y + 4, 'end', aside),
  );
}

/** Draws bars, in the order in which they are given. */
export function barsPicture(chart: Bars): Picture {
  const { bars, axis, heads, band, form, name, title, about } = chart;
  const scale = scaleOf(chart);
  const bottom = top + bars.length * rowHeight + 4;
  const one = scale.at(1);
  const body = fragment(
    axisOf(scale, bottom, axis),
    band && bandOf(scale, bottom, band),
    form === 'bars' && band ? line(one, top, one, bottom, 'one') : undefined,
    text(wordsLeft, top - 12, 'start', heads.words, 'soft'),
    heads.aside === undefined ? undefined : text(asideRight, top - 12, 'end', heads.aside, 'soft'),
    bars.map((bar, n) => rowOf(bar, scale, form, top + (n + 0.5) * rowHeight + 2)),
    legend(chart, bottom + 32),
  );
  return { name, title, about, body, height: bottom + 44 };
}

/** What marks are called, and about how wide that is with the mark. */
const kinds = {
  ours: { words: 'of loomgen', width: 94 },
  theirs: { words: 'a peer', width: 68 },
  base: { words: 'the baseline', width: 96 },
} as const;

/** What filled, pale and hollow marks are, of those that the picture has. */
function legend({ bars }: Bars, y: number): Markup {
  const present = (['base', 'theirs', 'ours'] as const).filter((kind) =>
    bars.some((bar) => bar.kind === kind && bar.value !== undefined),
  );
  let x = pictureWidth - 4;
  return fragment(
    present.map((kind) => {
      x -= kinds[kind].width;
      return [
        element('rect', { x, y: y - 9, width: 14, height: 10, class: kind }),
        text(x + 20, y, 'start', kinds[kind].words),
      ];
    }),
  );
}
