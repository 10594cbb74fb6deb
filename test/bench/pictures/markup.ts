/**
 * Markup that is safe to put together: whatever is given as a string is text and is escaped, and
 * only elements are markup. It is well-formed XML, and read the same way as HTML.
 */

/** A piece of markup, finished. */
export class Markup {
  readonly text: string;

  /** @param text markup, of which nothing comes from elsewhere without `escaped` */
  constructor(text: string) {
    this.text = text;
  }
}

/** What an element holds: strings and numbers become text; undefined is nothing. */
export type Child = Markup | string | number | undefined | readonly Child[];

/** Attributes by name; numbers are rounded to hundredths, undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Elements that never hold anything. */
const empty = new Set(['meta', 'rect', 'line', 'path', 'circle', 'polyline', 'polygon']);

/** What XML does not allow, however it is written: control characters and halves of pairs. */
const impossible = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in markup or in a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(impossible, '\uFFFD').replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

const hundredths = (value: number): string => String(Math.round(value * 100) / 100);

/** Children one after the other. */
function joined(child: Child): string {
  if (child === undefined) return '';
  if (child instanceof Markup) return child.text;
  if (typeof child === 'string' || typeof child === 'number') return escaped(String(child));
  return child.map(joined).join('');
}

/** One element. */
export function element(name: string, attributes: Attributes = {}, ...children: Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const text = typeof value === 'number' ? hundredths(value) : String(value);
      return ` ${key}="${escaped(text)}"`;
    })
    .join('');
  if (empty.has(name)) return new Markup(`<${name}${written}/>`);
  return new Markup(`<${name}${written}>${joined(children)}</${name}>`);
}

/** Several pieces as one. */
export function fragment(...children: Child[]): Markup {
  return new Markup(joined(children));
}

/** A name as a part of a file's name or an id: nothing in it leads elsewhere. */
export function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'unnamed'
  );
}

/** A text that fits into so many characters, cut in the middle, where names differ least. */
export function shortened(text: string, characters: number): string {
  const signs = [...text];
  if (signs.length <= characters) return text;
  const tail = Math.floor((characters - 1) / 2);
  const head = characters - 1 - tail;
  return `${signs.slice(0, head).join('')}…${signs.slice(signs.length - tail).join('')}`;
}
