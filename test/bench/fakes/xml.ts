/**
 * A small reader of XML for tests: it takes no more than what is well-formed (elements that close,
 * quoted attributes that appear once, known entities), and fails on everything else.
 */

/** An element that was read. */
export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: XmlElement[];
  /** All text in it, of its children too. */
  text: string;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
};

/** Text without its entities. @throws {Error} at a sign that has to be one */
function decoded(text: string): string {
  if (/[<]|\]\]>/.test(text)) throw new Error(`a bare sign in '${text.slice(0, 80)}'`);
  return text.replace(/&([^;&]*)(;?)/g, (whole, name: string, end: string) => {
    const sign = entities[name];
    if (sign === undefined || end === '') throw new Error(`no entity: ${whole.slice(0, 20)}`);
    return sign;
  });
}

/** The attributes of a tag. */
function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  const rest = text.replace(/\s+([\w:-]+)="([^"]*)"/g, (_, name: string, value: string) => {
    if (name in attributes) throw new Error(`attribute ${name} twice`);
    attributes[name] = decoded(value);
    return '';
  });
  if (rest.trim() !== '') throw new Error(`not attributes: ${rest}`);
  return attributes;
}

/** Every element of a document, in order. @throws {Error} where it is not well-formed */
export function elementsOf(document: string): XmlElement[] {
  const source = document.replace(/^<!doctype html>/, '');
  // XML allows no control character, and no half of a surrogate pair.
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(source)) {
    throw new Error('a character that XML does not allow');
  }
  const all: XmlElement[] = [];
  const open: XmlElement[] = [];
  const tag = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
  for (let place = 0; place < source.length; ) {
    const next = source.indexOf('<', place);
    const text = decoded(source.slice(place, next === -1 ? undefined : next));
    for (const element of open) element.text += text;
    if (open.length === 0 && text.trim() !== '') throw new Error(`text outside: ${text}`);
    if (next === -1) break;
    tag.lastIndex = next;
    const [whole, closing, name = '', written = '', empty] = tag.exec(source) ?? [];
    if (whole === undefined) throw new Error(`no tag: ${source.slice(next, next + 80)}`);
    place = next + whole.length;
    if (closing) {
      const last = open.pop();
      if (last?.name !== name) throw new Error(`</${name}> closes <${last?.name}>`);
      continue;
    }
    if (open.length === 0 && all.length > 0) throw new Error('two roots');
    const element = { name, attributes: attributesOf(written), children: [], text: '' };
    open.at(-1)?.children.push(element);
    all.push(element);
    if (!empty) open.push(element);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return all;
}

/** All text of a document. */
export function contentOf(document: string): string {
  return elementsOf(document)[0]?.text ?? '';
}
