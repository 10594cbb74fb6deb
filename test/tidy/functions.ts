/**
 * Where functions begin and end. TypeScript is parsed; C++ is scanned for braces, which is enough
 * for code that a formatter has laid out: comments and literals are blanked first, and a brace
 * opens a function when a parameter list stands before it outside of any other function.
 */

import ts from 'typescript';
import type { Source } from './sources.ts';

/** One function. */
export interface FunctionExtent {
  /** As written, or `(anonymous)`. */
  name: string;
  /** Its first line, from 1. */
  line: number;
  /** How many lines it has, its head and closing brace included. */
  length: number;
}

/** Parses a TypeScript or JavaScript file. */
export function parse({ path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Visits a node and everything below it. */
export function* walk(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  for (const child of children) yield* walk(child);
}

/** Every function of a TypeScript file, methods and arrows included. */
export function* scriptFunctions(source: Source): Generator<FunctionExtent> {
  const file = parse(source);
  for (const node of walk(file)) {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) continue;
    const first = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
    const last = file.getLineAndCharacterOfPosition(node.end).line;
    const name = node.name?.getText(file) ?? '(anonymous)';
    yield { name, line: first + 1, length: last - first + 1 };
  }
}

const hidden = new RegExp(
  [
    /\/\/[^\n]*|\/\*[\s\S]*?\*\//, // comments
    /R"(\w*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])+'/, // literals
    /^[ \t]*#(?:\\\n|[^\n])*/, // preprocessor lines
  ]
    .map((part) => part.source)
    .join('|'),
  'gm',
);

/** Replaces comments, literals and preprocessor lines by spaces; line ends stay. */
function blank(text: string): string {
  return text.replace(hidden, (match) => match.replace(/[^\n]/g, ' '));
}

const scopeHead =
  /\b(?:class|struct|union|enum|namespace|concept)\b(?![^{]*\)\s*(?:const|noexcept|$))/;
const controlHead = /^\s*(?:if|for|while|switch|catch|do|else|try)\b/;

/** Does the text before a brace, since the last `;`, `{` or `}`, declare a function? */
function isFunctionHead(head: string): boolean {
  if (!head.includes('(') || controlHead.test(head) || scopeHead.test(head)) return false;
  return !/=\s*$/.test(head);
}

/** The name before a parameter list. */
function nameIn(head: string): string {
  const declaration = head.replace(/\b(?:requires|noexcept|alignas)\s*\([^)]*\)/g, '');
  return /([~\w:]+|operator\s*[^\s(]+)\s*\(/.exec(declaration)?.[1] ?? '(anonymous)';
}

/** Every function of a C++ file; lambdas count as part of the function that holds them. */
export function* cxxFunctions({ text }: Source): Generator<FunctionExtent> {
  const code = blank(text);
  const lineAt = (offset: number): number => code.slice(0, offset).split('\n').length;
  let depth = 0;
  let parentheses = 0;
  let headStart = 0;
  let open: { name: string; line: number; depth: number } | undefined;
  for (const { 0: sign, index } of code.matchAll(/[;{}()]/g)) {
    if (sign === '(') parentheses += 1;
    if (sign === ')') parentheses -= 1;
    // Braces inside parentheses come in pairs and begin nothing.
    if (parentheses > 0 || sign === ')') continue;
    const head = code.slice(headStart, index);
    if (sign === '{') {
      if (!open && isFunctionHead(head)) {
        const lead = head.length - head.trimStart().length;
        open = { name: nameIn(head), line: lineAt(headStart + lead), depth };
      }
      depth += 1;
    } else if (sign === '}') {
      depth -= 1;
      // `: a_{1}, b_{2} {`: the braces of a member's initial value, and the body is still to come.
      const isInitializer = /^\s*[,{]/.test(code.slice(index + 1, index + 200));
      if (open && depth === open.depth && !isInitializer) {
        yield { name: open.name, line: open.line, length: lineAt(index) - open.line + 1 };
        open = undefined;
      }
    }
    headStart = index + 1;
  }
}
