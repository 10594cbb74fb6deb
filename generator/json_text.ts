/**
 * JSON with places. `JSON.parse` forgets where each value stood, keeps the last of two equal keys
 * without a word, and its messages differ between versions of Node; a file that people edit needs
 * the opposite. RFC 8259, without extensions.
 */

/** A value with the offsets of its text; `key` is the offset of the key before it. */
export interface JsonNode {
  value: unknown;
  start: number;
  end: number;
  key?: { start: number; end: number };
  children?: Map<string | number, JsonNode>;
}

/** A text that is not JSON, or that says one key twice. */
export class JsonError extends Error {
  /** Offset of the mistake. */
  readonly offset: number;
  /** The key that was repeated, and where it stood first. */
  readonly repeated: { key: string; first: number } | undefined;

  constructor(reason: string, offset: number, repeated?: { key: string; first: number }) {
    super(reason);
    this.name = 'JsonError';
    this.offset = offset;
    this.repeated = repeated;
  }
}

/** Deepest nesting that is read. */
const maximumDepth = 64;

class Parser {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(reason: string): never {
    throw new JsonError(reason, this.position);
  }

  space(): void {
    while (' \t\r\n'.includes(this.text[this.position] ?? '!')) this.position += 1;
  }

  take(character: string): boolean {
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  value(depth: number): JsonNode {
    if (depth > maximumDepth) this.fail('it is nested too deeply');
    this.space();
    const start = this.position;
    const character = this.text[start];
    if (character === '{') return this.object(depth);
    if (character === '[') return this.array(depth);
    if (character === '"') return { value: this.string(), start, end: this.position };
    return { value: this.scalar(), start, end: this.position };
  }

  scalar(): unknown {
    const match = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/.exec(
      this.text.slice(this.position, this.position + 64),
    );
    if (match === null) {
      this.fail(this.position >= this.text.length ? 'it ends too early' : 'a value is expected');
    }
    this.position += match[0].length;
    return JSON.parse(match[0]);
  }

  string(): string {
    const start = this.position;
    this.position += 1;
    for (;;) {
      const character = this.text[this.position];
      if (character === undefined || character < ' ') this.fail('a string is not closed');
      this.position += character === '\\' ? 2 : 1;
      if (character === '"') break;
    }
    try {
      return JSON.parse(this.text.slice(start, this.position)) as string;
    } catch {
      this.position = start;
      return this.fail('a string has an unknown escape');
    }
  }

  object(depth: number): JsonNode {
    const start = this.position;
    const children = new Map<string | number, JsonNode>();
    this.position += 1;
    this.space();
    while (!this.take('}')) {
      if (children.size > 0) this.separator('}');
      this.member(children, depth);
      this.space();
    }
    // Not an assignment: a key may be __proto__.
    const entries = [...children].map(([key, node]) => [key, node.value] as const);
    return { value: Object.fromEntries(entries), start, end: this.position, children };
  }

  member(children: Map<string | number, JsonNode>, depth: number): void {
    const start = this.position;
    if (this.text[start] !== '"') this.fail('a key in double quotes is expected');
    const name = this.string();
    const key = { start, end: this.position };
    const first = children.get(name)?.key?.start;
    if (first !== undefined) throw new JsonError('a key is repeated', start, { key: name, first });
    this.space();
    if (!this.take(':')) this.fail('":" is expected');
    children.set(name, { ...this.value(depth + 1), key });
  }

  array(depth: number): JsonNode {
    const start = this.position;
    const children = new Map<string | number, JsonNode>();
    this.position += 1;
    this.space();
    while (!this.take(']')) {
      if (children.size > 0) this.separator(']');
      children.set(children.size, this.value(depth + 1));
      this.space();
    }
    const value = [...children.values()].map((node) => node.value);
    return { value, start, end: this.position, children };
  }

  separator(close: string): void {
    if (!this.take(',')) this.fail(`"," or "${close}" is expected`);
    this.space();
  }
}

/**
 * Parses a text as JSON.
 *
 * @throws JsonError with the offset of the first mistake.
 */
export function parseJson(text: string): JsonNode {
  const parser = new Parser(text.replace(/^\uFEFF/, ' '));
  const node = parser.value(0);
  parser.space();
  if (parser.position < text.length) parser.fail('something follows the value');
  return node;
}

/** Line and column, from 1, of an offset in a text. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
