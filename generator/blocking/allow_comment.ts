/**
 * The comment that allows a call to block, the same in C++ and in TypeScript:
 * `// loom: allow blocking — the reason`. The reason stands after a dash of any kind or a colon.
 */

/** Such a comment on one line. */
export interface AllowComment {
  /** Where it begins in the line, from 0. */
  index: number;
  /** Characters up to its end, or the line's. */
  length: number;
  /** Whether nothing but space is before it, so that it speaks of the line below. */
  isAlone: boolean;
  /** Whether it says why; one that does not allows nothing, and is an error. */
  hasReason: boolean;
}

const comment = /(?:\/\/|(?<block>\/\*))\s*loom:\s*allow blocking\b(?<rest>.*)$/;
const reason = /^\s*(?:\p{Pd}+|:)[^\p{L}\p{N}]*[\p{L}\p{N}]/u;

/**
 * Reads one line of a source.
 *
 * @returns null when there is no such comment on it.
 */
export function allowComment(line: string): AllowComment | null {
  const found = comment.exec(line);
  if (found === null) return null;
  const { block, rest = '' } = found.groups ?? {};
  const close = block === undefined ? -1 : rest.indexOf('*/');
  const said = close < 0 ? rest : rest.slice(0, close);
  const whole = close < 0 ? found[0].trimEnd().length : found[0].length - rest.length + close + 2;
  return {
    index: found.index,
    length: whole,
    isAlone: line.slice(0, found.index).trim() === '',
    hasReason: reason.test(said),
  };
}
