/**
 * Whether all places were seen at which a function may suspend. What only the preprocessor makes of
 * a text is not in its syntax tree, and a zone that stays open across a suspension ends out of
 * order, for which Tracy ends a capture.
 */
import type { CppFunction } from './cpp_functions.ts';
import { withoutComments } from './cpp_mask.ts';

const suspends = /\bco_(?:await|yield)\b/g;
const anyWord = /\bco_(?:await|yield|return)\b/;

/** A definition of a macro up to the end of its lines. */
const definition = /^[ \t]*#[ \t]*define[ \t]+(\w+)(\()?((?:\\\r?\n|[^\n])*)/gm;

/** A word that looks like a macro with arguments. */
const capitals = /\b[A-Z][A-Z0-9_]+[ \t]*\(/;

/** The macros of some sources. */
export interface Macros {
  /** What expands to something that suspends, or leads there. */
  suspending: ReadonlySet<string>;
  /** What takes arguments. */
  withArguments: ReadonlySet<string>;
}

/** Whether one of these words is in a text. */
function hasWord(text: string, words: ReadonlySet<string>): boolean {
  return words.size > 0 && (text.match(/\b\w+/g) ?? []).some((word) => words.has(word));
}

/** Finds the macros that sources define. */
export function macrosOf(texts: Iterable<string>): Macros {
  const bodies = new Map<string, string>();
  const withArguments = new Set<string>();
  for (const text of texts) {
    for (const [, name = '', open, body = ''] of text.matchAll(definition)) {
      bodies.set(name, `${bodies.get(name) ?? ''} ${body}`);
      if (open !== undefined) withArguments.add(name);
    }
  }
  const suspending = new Set<string>();
  // Bound: each round but the last finds another macro.
  for (let before = -1; before !== suspending.size; ) {
    before = suspending.size;
    for (const [name, body] of bodies) {
      if (anyWord.test(body) || hasWord(body, suspending)) suspending.add(name);
    }
  }
  return { suspending, withArguments };
}

/** The text of a body without the bodies in it, which suspend for themselves. */
function ownText(code: string, { bodyStart, bodyEnd }: CppFunction, inner: CppFunction[]): string {
  const parts: string[] = [];
  let at = bodyStart;
  for (const each of inner) {
    // What a macro makes is a part of the function around it.
    const isMadeByMacro = each.kind === 'function' && each.leftOut === 'macro';
    if (isMadeByMacro || each.bodyStart < at) continue;
    parts.push(code.slice(at, each.bodyStart));
    at = each.bodyEnd;
  }
  parts.push(code.slice(at, bodyEnd));
  return parts.join('');
}

/** Whether a function may suspend where the syntax tree shows nothing of it. */
function mayHide(own: string, { suspensions }: CppFunction, macros: Macros): boolean {
  if (hasWord(own, macros.suspending)) return true;
  if ((own.match(suspends) ?? []).length !== suspensions.length) return true;
  // A macro's argument may become text, or part of a lambda.
  return anyWord.test(own) && (capitals.test(own) || hasWord(own, macros.withArguments));
}

/** Leaves out what may suspend unseen. `functions` are in the order of their starts. */
export function leaveOutHidden(text: string, functions: CppFunction[], macros: Macros): void {
  if (!anyWord.test(text) && !hasWord(text, macros.suspending)) return;
  const code = withoutComments(text);
  for (const [index, each] of functions.entries()) {
    const inner: CppFunction[] = [];
    for (let next = index + 1; (functions[next]?.start ?? Infinity) < each.bodyEnd; next += 1) {
      const other = functions[next];
      if (other !== undefined && other.bodyStart > each.bodyStart) inner.push(other);
    }
    if (mayHide(ownText(code, each, inner), each, macros)) each.leftOut ??= 'suspends';
  }
}
