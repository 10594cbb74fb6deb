/**
 * Curves, a server each, over columns that all of them share. More than a few curves in one picture
 * cannot be told apart, so each panel names a few of them and shows the others pale behind.
 */

import { element, fragment, type Markup } from './markup.ts';
import { line, nameText, type Picture, pictureWidth, text } from './picture.ts';
import { apart, linear, logarithmic, type Scale } from './scale.ts';
import { seriesColours } from './style.ts';

/** Where all curves have a value. */
export interface Column {
  label: string;
  /** How far to the right, in any unit. */
  place: number;
}

/** One server's values, one for each column. */
export interface Curve {
  name: string;
  values: readonly (number | undefined)[];
}

/** What a picture of curves shows. */
export interface Curves extends Pick<Picture, 'name' | 'title' | 'about'> {
  columns: readonly Column[];
  /** In the order in which they are named, a few a panel. */
  curves: readonly Curve[];
  form: 'linear' | 'logarithmic';
  /** How the left axis says its values. */
  say: (value: number) => string;
  /** What the two axes are. */
  axes: { below: string; left: string };
}

const panelsAcross = 2;
const panelWidth = pictureWidth / panelsAcross;
const panel = { left: 58, right: 250, top: 30, bottom: 200, height: 246 };
const inset = 8;
const labelLeft = panel.right + 26;
const labelGap = 16;
const labelCharacters = 26;

interface Axes {
  x: readonly number[];
  y: Scale;
}

/** The axes, which all panels share. */
function axesOf({ columns, curves, form }: Curves): Axes {
  const places = columns.map(({ place }) => place);
  const [first, last] = [Math.min(...places), Math.max(...places)];
  // A mark in the first column keeps off the axis' words.
  const width = panel.right - panel.left - inset;
  const x = places.map(
    (place) => panel.left + inset + (width * (place - first)) / (last - first || 1),
  );
  const values = curves.flatMap((curve) => curve.values.flatMap((value) => value ?? []));
  const extent = { from: panel.bottom, to: panel.top };
  const y =
    form === 'linear' ? linear(Math.max(0, ...values), extent, 5) : logarithmic(values, extent, 5);
  return { x, y };
}

/** The points of a curve; a column without a value has none. */
function pointsOf(curve: Curve, { x, y }: Axes): { x: number; y: number }[] {
  return curve.values.flatMap((value, n) => {
    const across = x[n];
    return value === undefined || across === undefined ? [] : [{ x: across, y: y.at(value) }];
  });
}

function polyline(points: readonly { x: number; y: number }[], kind: string): Markup {
  const written = points.map((point) => `${point.x.toFixed(2)},${point.y.toFixed(2)}`).join(' ');
  return element('polyline', { points: written, class: kind });
}

/** A mark of the n-th kind: circle, square, triangle, diamond, two crosses. */
function marker(n: number, x: number, y: number): Markup {
  const paths = [
    'm-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
    'm-3.5 -3.5h7v7h-7z',
    'm0 -4.5l4.5 8h-9z',
    'm0 -5l5 5l-5 5l-5 -5z',
    'm-4 -4l8 8m0 -8l-8 8',
    'm-4.5 0h9m-4.5 -4.5v9',
  ];
  const d = `M${x.toFixed(2)} ${y.toFixed(2)}${paths[n] ?? paths[0]}`;
  return element('path', { d, class: `m${n}`, 'stroke-width': n < 4 ? 1 : 2 });
}

/** Grid, ticks and the names of the axes. */
function frame({ x, y }: Axes, { columns, say, axes }: Curves): Markup {
  return fragment(
    y.ticks.map((tick) => [
      line(panel.left, y.at(tick), panel.right, y.at(tick), 'grid'),
      text(panel.left - 6, y.at(tick) + 4, 'end', say(tick), 'soft'),
    ]),
    columns.map(({ label }, n) => {
      const across = x[n] ?? panel.left;
      return [
        line(across, panel.bottom, across, panel.bottom + 4, 'axis'),
        text(across, panel.bottom + 16, 'middle', label, 'soft'),
      ];
    }),
    line(panel.left, panel.bottom, panel.right, panel.bottom, 'axis'),
    text(panel.left, panel.bottom + 32, 'start', axes.below, 'soft'),
    text(8, panel.top - 12, 'start', axes.left, 'soft'),
  );
}

/** The curves that a panel names: dashes, marks, and a name at the end of each. */
function named(curves: readonly Curve[], axes: Axes): Markup {
  const drawn = curves
    .map((curve, n) => ({ name: curve.name, n, points: pointsOf(curve, axes) }))
    .filter(({ points }) => points.length > 0);
  const ends = drawn
    .map((one) => ({ ...one, end: one.points.at(-1) ?? { x: panel.right, y: panel.top } }))
    .sort((a, b) => a.end.y - b.end.y);
  const places = apart(
    ends.map(({ end }) => end.y),
    labelGap,
    panel.bottom,
  );
  return fragment(
    drawn.map(({ points, n }) => polyline(points, `line s${n}`)),
    drawn.map(({ points, n }) => points.map((point) => marker(n, point.x, point.y))),
    ends.map(({ name, n, end }, order) => {
      const y = places[order] ?? end.y;
      return [
        // From where a curve ends early, a line to its name would look like its going on.
        end.x < panel.right - 1
          ? undefined
          : line(end.x + 6, end.y, labelLeft - 8, y, `lead s${n}`),
        marker(n, labelLeft, y),
        nameText(labelLeft + 10, y + 4, name, labelCharacters),
      ];
    }),
  );
}

/** Draws curves, a few by name in each panel. */
export function curvesPicture(chart: Curves): Picture {
  const { curves, name, title, about } = chart;
  const axes = axesOf(chart);
  const groups = Array.from({ length: Math.ceil(curves.length / seriesColours) }, (_, n) =>
    curves.slice(n * seriesColours, (n + 1) * seriesColours),
  );
  const panels = groups.map((group, n) => {
    const across = (n % panelsAcross) * panelWidth;
    const down = Math.floor(n / panelsAcross) * panel.height;
    const others = curves.filter((curve) => !group.includes(curve));
    return element(
      'g',
      { transform: `translate(${across} ${down})` },
      frame(axes, chart),
      others.map((curve) => polyline(pointsOf(curve, axes), 'other')),
      named(group, axes),
    );
  });
  const height = Math.ceil(groups.length / panelsAcross) * panel.height;
  return { name, title, about, body: fragment(panels), height };
}
