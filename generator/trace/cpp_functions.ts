/**
 * Every function body of a C++ source, with its qualified name and whether a statement may be put
 * at its start. What cannot be judged from the syntax is left out and says why: a body that may be
 * evaluated by the compiler, one that only a macro makes a function.
 */
import type { Node } from 'web-tree-sitter';
import {
  constantNames,
  header,
  isMacro,
  type LeftOut,
  leftOutByContext,
  leftOutByHeader,
  type ReadText,
} from './cpp_left_out.ts';
import { type MaskedCpp, maskCpp } from './cpp_mask.ts';
import { functionName, lambdaName, scopeName } from './cpp_names.ts';
import { compoundOf, isFriend, maskedClassName } from './cpp_nodes.ts';
import type { CppParser } from './cpp_tree.ts';

/** One function body. Offsets are in UTF-16 units from the start of the text. */
export interface CppFunction {
  /** Qualified: `Proxy::run`, `feed::operator""_px`, `Proxy::run::<lambda in when_all>`. */
  name: string;
  kind: 'function' | 'lambda';
  /** Where it begins, counted from 1. */
  line: number;
  /** The first character, template parameters not counted. */
  start: number;
  /** Just behind the opening brace. */
  bodyStart: number;
  /** At the closing brace. */
  bodyEnd: number;
  /** The lines from brace to brace, both counted. */
  bodyLines: number;
  /** Null: a statement may be put at `bodyStart`. */
  leftOut: LeftOut | null;
  /** Where it may suspend, of a coroutine: its `co_await` and `co_yield` expressions. */
  suspensions: Place[];
}

/** A part of a text: its first character, and the one behind it. */
export interface Place {
  start: number;
  end: number;
}

/** What was found in a source. */
export interface CppFunctions {
  /** In the order of their starts; those inside another come after it. */
  functions: CppFunction[];
  /** The line of the first brace that nothing fits, counted from 1; null: every brace has its
   * other. When there is one, nothing that was found can be trusted. */
  brokenLine: number | null;
  /** Places that the grammar does not cover. */
  errorCount: number;
  /** The words `loom::no_trace` of attributes. */
  attributes: Place[];
}

const pattern = `
  (function_definition) @function
  (lambda_expression) @lambda
  (namespace_definition) @scope
  (class_specifier body: (_)) @scope
  (struct_specifier body: (_)) @scope
  (union_specifier body: (_)) @scope
  (co_await_expression) @suspension
  (co_yield_statement) @suspension
  (attribute prefix: (identifier) @prefix) @attribute
  (ERROR) @error
  (MISSING) @missing
`;

/** Something that encloses what comes after it, until its end. */
interface Open {
  end: number;
  /** The name with everything around it; empty outside of everything. */
  name: string;
  /** The name of the class itself; null for what is none. */
  className: string | null;
  /** The function it is; null for what is none. */
  made: CppFunction | null;
  /** How often each name of lambdas in it was given. */
  lambdas: Map<string, number>;
  /** Why every function in it is left out; null: for nothing here. */
  leftOut: LeftOut | null;
}

/** Collects the functions of one source. */
class Collector implements CppFunctions {
  readonly functions: CppFunction[] = [];
  readonly attributes: CppFunctions['attributes'] = [];
  brokenLine: number | null = null;
  errorCount = 0;
  readonly #read: ReadText;
  readonly #open: Open[] = [];
  /** Qualified names of declarations that ask not to be traced. */
  readonly #asked = new Set<string>();

  constructor(read: ReadText) {
    this.#read = read;
  }

  /** One node of the pattern; they come in the order of their starts, outer ones first. */
  take(kind: string, node: Node): void {
    const open = this.#open;
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= node.startIndex) open.pop();
    if (kind === 'function' || kind === 'lambda') this.#function(kind, node);
    else if (kind === 'scope') this.#scope(node);
    else if (kind === 'suspension') this.#suspension(node);
    else if (kind === 'attribute') this.#attribute(node);
    else this.#error(node);
  }

  /** After the last node: definitions follow their declarations, and lambdas their uses. */
  finish(): void {
    const constants = constantNames(this.#read.text);
    for (const each of this.functions) {
      if (this.#asked.has(each.name)) each.leftOut ??= 'asked';
      const isUsed = each.kind === 'lambda' && constants.has(each.name.replace(/^.*::/, ''));
      if (isUsed) each.leftOut ??= 'constant';
    }
  }

  /** The name of something here; a friend belongs to the namespace around the class. */
  #qualified(name: string, isFriend = false): string {
    const around = isFriend
      ? this.#innermost((open) => open.className === null)
      : this.#open.at(-1);
    const scope = around?.name ?? '';
    return scope === '' || name === '' ? scope + name : `${scope}::${name}`;
  }

  #innermost(fits: (open: Open) => boolean): Open | undefined {
    for (let at = this.#open.length - 1; at >= 0; at -= 1) {
      const open = this.#open[at];
      if (open !== undefined && fits(open)) return open;
    }
    return undefined;
  }

  #push(node: Node, name: string, parts: Partial<Open> = {}): void {
    const { endIndex: end } = node;
    const lambdas = new Map<string, number>();
    this.#open.push({ end, name, className: null, made: null, lambdas, leftOut: null, ...parts });
  }

  #scope(node: Node): void {
    const own = scopeName(node);
    const className = node.type === 'namespace_definition' ? null : own;
    this.#push(node, this.#qualified(own), { className });
  }

  #function(kind: CppFunction['kind'], node: Node): void {
    const masked = kind === 'function' ? maskedClassName(node) : null;
    if (masked !== null) {
      this.#push(node, this.#qualified(masked), { className: masked });
      return;
    }
    const compound = compoundOf(node);
    const own = kind === 'function' ? functionName(node) : this.#lambdaName(node);
    if (compound === null || own === null) return;
    const made: CppFunction = {
      name: this.#qualified(own, isFriend(node)),
      kind,
      line: node.startPosition.row + 1,
      start: node.startIndex,
      bodyStart: compound.startIndex + 1,
      bodyEnd: compound.endIndex - 1,
      bodyLines: compound.endPosition.row - compound.startPosition.row + 1,
      leftOut: this.#leftOut(kind, node, compound, own),
      suspensions: [],
    };
    this.functions.push(made);
    this.#push(node, made.name, { made });
  }

  #leftOut(kind: CppFunction['kind'], node: Node, compound: Node, own: string): LeftOut | null {
    const around = this.#innermost(({ leftOut }) => leftOut !== null);
    if (around !== undefined) return around.leftOut;
    const byHeader = leftOutByHeader(header(node, compound, this.#read));
    if (byHeader !== null) return byHeader;
    const enclosing = this.#open.at(-1);
    if (kind === 'function') {
      return isMacro(node, own, enclosing?.className ?? null) ? 'macro' : null;
    }
    const outer = enclosing?.made?.leftOut ?? null;
    if (outer !== null && outer !== 'unparsed') return outer;
    return leftOutByContext(node, this.#read.text);
  }

  /** A lambda's name, with a number from the second of that name in one function on. */
  #lambdaName(node: Node): string {
    const name = lambdaName(node);
    const given = this.#open.at(-1)?.lambdas;
    const count = (given?.get(name) ?? 0) + 1;
    given?.set(name, count);
    if (count === 1 || !name.startsWith('<')) return name;
    return `${name.slice(0, -1)} #${count}>`;
  }

  /** The innermost function around here is left out. */
  #leaveOut(reason: LeftOut): void {
    const around = this.#innermost(({ made }) => made !== null)?.made ?? null;
    if (around !== null) around.leftOut ??= reason;
  }

  /** Without its semicolon: the grammar takes `co_yield` for a statement. */
  #suspension(node: Node): void {
    // What a lambda captures is evaluated around it.
    const isAround = ({ made }: Open) => made !== null && node.startIndex >= made.bodyStart;
    const made = this.#innermost(isAround)?.made ?? null;
    const last = node.lastChild;
    const end = last?.type === ';' ? last.startIndex : node.endIndex;
    made?.suspensions.push({ start: node.startIndex, end });
  }

  /** An error before a function's body spoils it, one in the body only what stands in the error. */
  #error(node: Node): void {
    this.errorCount += 1;
    const tokens = node.isMissing ? [node] : node.children;
    if (tokens.some((token) => token?.type === '{' || token?.type === '}')) {
      this.brokenLine ??= node.startPosition.row + 1;
    }
    const made = this.#innermost((open) => open.made !== null)?.made ?? null;
    const isInBody = made !== null && node.startIndex >= made.bodyStart;
    if (!isInBody) this.#leaveOut('unparsed');
    else if (/\bco_(?:await|yield)\b/.test(node.text)) this.#leaveOut('unparsed');
    this.#push(node, this.#qualified(''), { leftOut: 'unparsed' });
  }

  /** `[[loom::no_trace]]` of a class or namespace, or of a declaration without a body. */
  #attribute(node: Node): void {
    if (!/^loom\s*::\s*no_trace$/.test(node.text)) return;
    this.attributes.push({ start: node.startIndex, end: node.endIndex });
    const owner = node.parent?.parent;
    const around = this.#open.at(-1);
    if (/^(?:class|struct|union)_specifier$|^namespace_definition$/.test(owner?.type ?? '')) {
      if (around !== undefined) around.leftOut = 'asked';
      return;
    }
    for (let above = owner; above != null; above = above.parent) {
      if (above.type === 'declaration' || above.type === 'field_declaration') {
        this.#asked.add(this.#qualified(functionName(above) ?? ''));
        return;
      }
      if (!above.type.endsWith('declarator')) return;
    }
  }
}

/** The functions of a text, of which the parser reads `parsed`. */
function read(parser: CppParser, text: string, parsed: string): CppFunctions {
  const tree = parser.parse(parsed);
  try {
    const collector = new Collector({ text, parsed });
    for (const { name, node } of parser.query(pattern).captures(tree.rootNode)) {
      if (name !== 'prefix') collector.take(name, node);
    }
    collector.finish();
    const { functions, brokenLine, errorCount, attributes } = collector;
    return { functions, brokenLine, errorCount, attributes };
  } finally {
    tree.delete();
  }
}

/** How little of a source was understood; smaller is better. */
function misunderstood({ errorCount, brokenLine }: CppFunctions): number {
  return brokenLine === null ? errorCount : Number.POSITIVE_INFINITY;
}

/** The functions of a masked text, without those that begin or end in one branch of several. */
function readMasked(parser: CppParser, text: string, masked: MaskedCpp): CppFunctions {
  const found = read(parser, text, masked.text);
  for (const each of found.functions) {
    const { bodyStart, bodyEnd } = each;
    const isSplit = masked.islands.some(
      ({ start, end }) =>
        (start < bodyStart && bodyStart <= end) !== (start <= bodyEnd && bodyEnd < end),
    );
    if (isSplit) each.leftOut = 'branches';
  }
  return found;
}

/**
 * Finds every function body of a source.
 *
 * @param text C++ of any standard up to 20; macros are taken for what they look like.
 */
export function functionsOf(parser: CppParser, text: string): CppFunctions {
  const found = read(parser, text, text);
  if (misunderstood(found) === 0) return found;
  const masked = maskCpp(text);
  if (masked.text === text) return found;
  const again = readMasked(parser, text, masked);
  return misunderstood(again) < misunderstood(found) ? again : found;
}
