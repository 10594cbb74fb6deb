/**
 * Which function bodies no statement may be put into, as far as the syntax tells: those that the
 * compiler may have to evaluate, or that only a macro makes a function.
 */
import type { Node } from 'web-tree-sitter';

/** Why no statement may be put at the start of a body. */
export type LeftOut =
  /** `constexpr`, `consteval`, or a lambda where a constant is wanted. */
  | 'constant'
  /** What looks like a function is the use of a macro, or an argument of one. */
  | 'macro'
  /** `[[loom::no_trace]]`, or a comment `loom: no trace` before the body. */
  | 'asked'
  /** `naked`: such a body consists of assembly only. */
  | 'naked'
  /** A macro, or a branch of `#if` that was not read, may suspend it. */
  | 'suspends'
  /** Its braces stand in different branches of `#if`. */
  | 'branches'
  /** The parser did not understand it. */
  | 'unparsed';

/** A text without what is in comments and literals. */
function bare(text: string): string {
  return text.replace(/\/\*.*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\])*"/gs, ' ');
}

/** A source as it is, and as the parser read it: of the same length. */
export interface ReadText {
  text: string;
  parsed: string;
}

/**
 * What a function says of itself before its body: its declaration from the first word on, also one
 * that the parser did not see, and a comment on the line above.
 */
export function header(node: Node, compound: Node, { text, parsed }: ReadText): string {
  let first = node;
  while (/^(?:template|friend)_declaration$/.test(first.parent?.type ?? '')) {
    first = first.parent ?? first;
  }
  let from = first.startIndex;
  while (from > 0 && /\s/.test(parsed.charAt(from - 1))) from -= 1;
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const isComment = /^[ \t]*\/[/*]/.test(text.slice(lineStart, from));
  return text.slice(isComment ? lineStart : from, compound.startIndex);
}

/** Whether words before a body forbid a statement in it. */
export function leftOutByHeader(words: string): LeftOut | null {
  if (/\bloom\s*::\s*no_trace\b|\/[/*]\s*loom: no trace\b/.test(words)) return 'asked';
  const code = bare(words);
  if (/constexpr|consteval/i.test(code)) return 'constant';
  return /\bnaked\b/.test(code) ? 'naked' : null;
}

/** Where the compiler evaluates what stands in it, or does not run it at all. */
const constantContexts = new Set([
  ...['static_assert_declaration', 'template_argument_list', 'decltype', 'sizeof_expression'],
  ...['enumerator', 'array_declarator', 'noexcept', 'requires_clause', 'requires_expression'],
  ...['template_parameter_list', 'concept_definition', 'alignas_qualifier', 'bitfield_clause'],
  ...['type_descriptor', 'explicit_function_specifier', 'trailing_return_type'],
]);

/** Whether what is evaluated at `child`, a part of `node`, has to be a constant. */
function asksForConstant(node: Node, child: Node, text: string): boolean {
  if (constantContexts.has(node.type)) return true;
  if (node.type === 'case_statement') return node.childForFieldName('value')?.id === child.id;
  const isCondition =
    node.type === 'if_statement' && node.childForFieldName('condition')?.id === child.id;
  if (!isCondition && !/^(?:field_)?declaration$/.test(node.type)) return false;
  return /\bconst(?:expr|init)\b/.test(bare(text.slice(node.startIndex, child.startIndex)));
}

/** Why a lambda is left out for what it stands in, up to the body around it. */
export function leftOutByContext(lambda: Node, text: string): LeftOut | null {
  let child = lambda;
  for (let node = lambda.parent; node !== null; child = node, node = node.parent) {
    if (node.type === 'compound_statement') return null;
    if (asksForConstant(node, child, text)) return 'constant';
    const called = node.type === 'call_expression' ? node.childForFieldName('function') : null;
    if (called !== null && /^[A-Z][A-Z0-9_]+$/.test(called.text)) return 'macro';
    if (node.type === 'function_definition' || node.type === 'translation_unit') return null;
  }
  return null;
}

/** Whether a definition without a type is none of a constructor, destructor or conversion. */
export function isMacro(definition: Node, name: string, className: string | null): boolean {
  const around = definition.parent?.type;
  if (around === 'compound_statement' || around?.endsWith('_statement') === true) {
    return className === null;
  }
  if (definition.childForFieldName('type') !== null) return false;
  if (/(?:^|::)~|(?:^|::)operator\b/.test(name)) return false;
  const parts = name.replace(/<.*?>(?=::|$)/g, '').split('::');
  const last = parts.at(-1);
  return parts.length > 1 ? last !== parts.at(-2) : last !== className?.replace(/<.*$/s, '');
}

/** Where a constant is wanted: behind these words, in the bounds of arrays, in template arguments
 * and in enumerations. */
const wantsConstant = new RegExp(
  [
    /\b(?:static_assert|constexpr|constinit)\b[^;{]*/,
    /\bcase\b[^:;{]*/,
    /\benum\b[^;{]*\{[^}]*\}/,
    /\b(?!return\b|throw\b|else\b|co_)\w+[ \t*&]+\w+[ \t]*\[[^\];{}]*\]/,
    /<[^<>;{}]*\([^;{}>]*>/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** Names that are called, or may be, where the compiler wants a constant. */
export function constantNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [part] of text.matchAll(wantsConstant)) {
    for (const [name] of part.matchAll(/[A-Za-z_]\w*(?=\s*\()/g)) names.add(name);
  }
  return names;
}
