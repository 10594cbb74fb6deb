/**
 * A second reading for sources that the grammar alone does not understand, because the preprocessor
 * makes other text of them: branches of `#if` that open or close a brace, and macros such as
 * `API_EXPORT` before a declaration. What stands in the way is replaced by spaces, so that every
 * offset stays what it was; only the parser sees the result. Of branches with a brace too many the
 * first is read, and none where there is but one.
 */

/** A group from `#if` to `#endif` of which at most one branch was read. */
export interface Island {
  start: number;
  end: number;
}

/** A source as the parser shall read it. */
export interface MaskedCpp {
  text: string;
  islands: Island[];
}

/** Comments, literals and numbers. */
const opaque = [
  /\/\/(?:\\\r?\n|[^\n])*|\/\*[\s\S]*?\*\//,
  /R"(?<delimiter>[^()\\\s]{0,16})\([\s\S]*?\)\k<delimiter>"/,
  /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|\b\d[\w'.]*/,
];

/** These, and directives, braces and words, as far as they matter here. */
const token = new RegExp(
  [
    ...opaque,
    /^[ \t]*#[ \t]*(?<directive>\w+)(?:\\\r?\n|[^\n])*/,
    /(?<brace>[{}])/,
    /(?<macro>\b[A-Z][A-Z0-9_]{2,}\b(?:\([^()\n]*\)[ \t]*(?=\r?\n)|(?=\s+(?:[A-Za-z_~]|\[\[))))/,
    /(?<word>\w+|[^\s\w])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);

/** Where a declaration may begin, or go on with a word that a macro hides. */
const beforeDeclaration =
  /^(?:[;{}:>]|class|struct|union|static|inline|virtual|explicit|extern|friend|)$/;

/** A group of branches that is being read. */
interface Group {
  start: number;
  /** The end of its first directive. */
  startEnd: number;
  /** Where the second branch begins, at its directive; null while in the first. */
  second: number | null;
  /** Braces that the branch has open, and the fewest that it had. */
  depth: number;
  isBalanced: boolean;
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

/** A text whose comments, literals and numbers are spaces; of the same length and lines. */
export function withoutComments(text: string): string {
  return text.replace(new RegExp(opaque.map(({ source }) => source).join('|'), 'g'), blank);
}

/** Reads a source once, and collects what to blank. */
class Reader {
  readonly islands: Island[] = [];
  readonly blanks: Island[] = [];
  readonly #groups: Group[] = [];
  #before = '';

  take(match: RegExpExecArray): void {
    const { directive, brace, macro, word } = match.groups ?? {};
    const start = match.index;
    const end = start + match[0].length;
    if (directive !== undefined) this.#directive(directive, start, end);
    if (brace !== undefined) this.#brace(brace === '{' ? 1 : -1);
    if (macro !== undefined && beforeDeclaration.test(this.#before)) {
      this.blanks.push({ start, end });
      return;
    }
    this.#before = brace ?? macro ?? word ?? this.#before;
  }

  #brace(step: number): void {
    const group = this.#groups.at(-1);
    if (group === undefined) return;
    group.depth += step;
    if (group.depth < 0) group.isBalanced = false;
  }

  #directive(name: string, start: number, end: number): void {
    if (/^if(?:n?def)?$/.test(name)) {
      this.#groups.push({ start, startEnd: end, second: null, depth: 0, isBalanced: true });
      return;
    }
    const group = this.#groups.at(-1);
    if (group === undefined || !/^(?:el(?:se|if|ifdef|ifndef)|endif)$/.test(name)) return;
    if (group.depth !== 0) group.isBalanced = false;
    group.depth = 0;
    if (name !== 'endif') {
      group.second ??= start;
      return;
    }
    this.#groups.pop();
    if (group.isBalanced) return;
    this.islands.push({ start: group.start, end });
    const isAlone = group.second === null;
    this.blanks.push({ start: group.start, end: isAlone ? end : group.startEnd });
    this.blanks.push({ start: group.second ?? start, end });
  }
}

/**
 * Takes out of a source what keeps it from being parsed.
 *
 * @returns the text, of the same length and with the same lines.
 */
export function maskCpp(text: string): MaskedCpp {
  const reader = new Reader();
  for (const match of text.matchAll(token)) reader.take(match);
  const units = [...reader.blanks].sort((one, other) => one.start - other.start);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of units) {
    if (end <= at) continue;
    const from = Math.max(at, start);
    parts.push(text.slice(at, from), blank(text.slice(from, end)));
    at = end;
  }
  parts.push(text.slice(at));
  return { text: parts.join(''), islands: reader.islands };
}
