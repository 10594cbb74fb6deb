/**
 * Where clang-format breaks the few constructs whose width depends on a config's names. Templates
 * print these lines as they are, so that formatting emitted C++ changes nothing.
 */
import { cxxString, maximumColumns } from './text.ts';

/** One line when it fits, else the given lines. */
export function fitted(whole: string, broken: readonly string[]): string[] {
  return whole.length <= maximumColumns ? [whole] : [...broken];
}

/**
 * A string as adjacent literals, one a line, each fitting behind `indent`.
 *
 * @param after what follows the last literal on its line, such as `,`.
 */
export function stringLines(text: string, indent: string, after: string): string[] {
  const room = maximumColumns - indent.length - after.length - 2;
  const lines: string[] = [];
  let part = '';
  for (const word of text.split(/(?<= )/)) {
    for (const piece of literalPieces(word, room)) {
      if (part !== '' && literalWidth(part + piece) > room) {
        lines.push(part);
        part = '';
      }
      part += piece;
    }
  }
  lines.push(part);
  return lines.map((line, index) => {
    const end = index === lines.length - 1 ? after : '';
    return `${indent}${cxxString(line)}${end}`;
  });
}

/** Columns of a text inside a literal, after escaping. */
function literalWidth(text: string): number {
  return cxxString(text).length - 2;
}

/** Cuts a word that is wider than a line; usually there is nothing to cut. */
function literalPieces(word: string, room: number): string[] {
  if (literalWidth(word) <= room) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (literalWidth(piece + character) > room) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  pieces.push(piece);
  return pieces;
}

/** `static_assert(condition, "sentence");` with its sentence on lines of its own if need be. */
export function staticAssert(condition: string, sentence: string): string[] {
  const indent = ' '.repeat('static_assert('.length);
  return fitted(`static_assert(${condition}, ${cxxString(sentence)});`, [
    `static_assert(${condition},`,
    ...stringLines(sentence, indent, ');'),
  ]);
}

/** `.name = value,` inside a designated initializer, its string on lines of its own if need be. */
export function stringField(indent: string, name: string, text: string): string[] {
  return fitted(`${indent}.${name} = ${cxxString(text)},`, [
    `${indent}.${name} =`,
    ...stringLines(text, `${indent}    `, ','),
  ]);
}

/** `.name = {.a = 1, .b = 2},`, or one field a line if need be. */
export function nestedFields(indent: string, name: string, fields: readonly string[]): string[] {
  return fitted(`${indent}.${name} = {${fields.join(', ')}},`, [
    `${indent}.${name} =`,
    `${indent}    {`,
    ...fields.map((field) => `${indent}        ${field},`),
    `${indent}    },`,
  ]);
}

/** `head`, a list with one value a line, `tail`; the comma behind the last keeps it so. */
export function listLines(head: string, list: readonly string[], tail: string): string[] {
  const indent = ' '.repeat(head.length - head.trimStart().length + 4);
  return [head, ...list.map((value) => `${indent}${value},`), tail];
}

/** `head` + a list + `tail`, as many arguments on a line as fitted, aligned behind `head`. */
export function argumentLines(head: string, list: readonly string[], tail: string): string[] {
  const lines: string[] = [];
  let line = head;
  list.forEach((argument, index) => {
    const end = index === list.length - 1 ? tail : ',';
    const isFirst = line === head || line.trim() === '';
    const longer = `${line}${isFirst ? '' : ' '}${argument}${end}`;
    if (longer.length > maximumColumns && !isFirst) {
      lines.push(line);
      line = `${' '.repeat(head.length)}${argument}${end}`;
    } else {
      line = longer;
    }
  });
  return [...lines, line];
}
