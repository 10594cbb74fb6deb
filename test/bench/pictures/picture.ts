/**
 * A picture as SVG, in a page or as a file of its own. A file brings its style and the facts of the
 * run, for whoever meets it elsewhere; a page has both once.
 */

import { type Child, element, fragment, Markup, shortened, slug } from './markup.ts';
import { pictureStyle } from './style.ts';

/** All pictures have one width, so that those of a page line up. */
export const pictureWidth = 920;

/** A picture, not yet put anywhere. */
export interface Picture {
  /** Unique in a report; the name of its file. */
  name: string;
  title: string;
  /** What it shows, for whoever does not see it. */
  about: string;
  height: number;
  body: Markup;
}

/** Words at a place. */
export function text(
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end',
  words: string,
  kind?: string,
): Markup {
  return element('text', { x, y, 'text-anchor': anchor, class: kind }, words);
}

/** A name that may be cut; the whole is shown where a pointer rests, and read aloud. */
export function nameText(x: number, y: number, name: string, characters: number): Markup {
  const short = shortened(name, characters);
  const whole: Child = short === name ? undefined : element('title', {}, name);
  return element('text', { x, y }, short, whole);
}

/** A straight line. */
export function line(x1: number, y1: number, x2: number, y2: number, kind: string): Markup {
  return element('line', { x1, y1, x2, y2, class: kind });
}

/** The root element with its name and description. */
function root(picture: Picture, height: number, ...children: Child[]): Markup {
  const id = slug(picture.name);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${pictureWidth} ${Math.ceil(height)}`,
      width: pictureWidth,
      height: Math.ceil(height),
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-about`,
    },
    element('title', { id: `${id}-title` }, picture.title),
    element('desc', { id: `${id}-about` }, picture.about),
    ...children,
  );
}

/** A picture inside a page. */
export function inline(picture: Picture): Markup {
  return root(picture, picture.height, picture.body);
}

const headHeight = 30;
const lineHeight = 16;
const charactersOfLine = 150;

/** A picture as a file: with its title above, and `facts` below. */
export function standalone(picture: Picture, facts: readonly string[]): string {
  const footer = headHeight + picture.height;
  const height = footer + lineHeight * facts.length + 10;
  const svg = root(
    picture,
    height,
    element('style', {}, new Markup(pictureStyle)),
    element('rect', { width: pictureWidth, height: Math.ceil(height), class: 'paper' }),
    text(10, 20, 'start', shortened(picture.title, 120), 'head'),
    element('g', { transform: `translate(0 ${headHeight})` }, picture.body),
    facts.map((fact, n) =>
      text(10, footer + lineHeight * (n + 1), 'start', shortened(fact, charactersOfLine), 'soft'),
    ),
  );
  return `${fragment(svg).text}\n`;
}
