/**
 * How words from a config become text of another language. Everything a template prints that a
 * user once typed goes through one of these functions: names are checked, strings are escaped,
 * comments are kept on their line. A config therefore cannot add code to what is emitted.
 */

/** The widest line in emitted files. */
export const maximumColumns = 100;

/** The most lines an emitted file has before its content is split over several files. */
export const maximumLines = 150;

/**
 * Passes a name on when it is an identifier in C++ and in TypeScript.
 *
 * `lower` has refused every other name with a diagnostic; this is the second lock, which also
 * holds for a hand-made `loom.ir.json`.
 *
 * @throws for anything else.
 */
export function identifier(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) {
    throw new Error(`${JSON.stringify(name)} is not an identifier`);
  }
  return name;
}

/**
 * Passes a C++ type's name on: identifiers, joined by `::` when it lives in a namespace.
 *
 * @throws for anything else.
 */
export function qualifiedName(name: string): string {
  return name.split('::').map(identifier).join('::');
}

/**
 * Passes a whole number on as a literal of C++, TypeScript and CMake.
 *
 * @throws when it is not an integer that a double holds exactly.
 */
export function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`${String(value)} is not an integer`);
  return String(value);
}

/** A whole number in groups of three, for people: 1048576 gives `1,048,576`. */
export function grouped(value: number): string {
  return integer(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A number of bytes for people, exact: 65536 gives `64 KiB`, 1000 gives `1,000 bytes`. */
export function bytesForPeople(value: number): string {
  if (value >= 1048576 && value % 1048576 === 0) return `${grouped(value / 1048576)} MiB`;
  if (value >= 1024 && value % 1024 === 0) return `${grouped(value / 1024)} KiB`;
  return `${grouped(value)} bytes`;
}

const durationUnits: readonly (readonly [number, string])[] = [
  [3_600_000_000_000, 'h'],
  [60_000_000_000, 'min'],
  [1_000_000_000, 's'],
  [1_000_000, 'ms'],
  [1_000, 'µs'],
];

/** A duration for people, exact, in the largest unit that divides it: `20 µs`, `1 s`. */
export function durationForPeople(nanoseconds: number): string {
  for (const [size, unit] of durationUnits) {
    if (nanoseconds >= size && nanoseconds % size === 0) return `${nanoseconds / size} ${unit}`;
  }
  return `${grouped(nanoseconds)} ns`;
}

/**
 * A string as one C++ literal: UTF-8, everything but printable ASCII as three-digit octal escapes
 * (which, unlike `\x`, cannot swallow a digit that follows).
 */
export function cxxString(text: string): string {
  let literal = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    const plain = byte >= 0x20 && byte < 0x7f && !'"\\?'.includes(character);
    literal += plain ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${literal}"`;
}

/** A string as one TypeScript literal in single quotes, printable ASCII only. */
export function typescriptString(text: string): string {
  let literal = '';
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const character = text.charAt(index);
    const plain = code >= 0x20 && code < 0x7f && character !== "'" && character !== '\\';
    literal += plain ? character : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return `'${literal}'`;
}

/**
 * A string as one quoted CMake argument that is one list element.
 *
 * @throws when it holds a control character, which no path or package name needs.
 */
export function cmakeString(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new Error(`${JSON.stringify(text)} cannot be written in CMake`);
  return `"${text.replace(/["\\$;]/g, (character) => `\\${character}`)}"`;
}

/**
 * Text that stays inside a `//` comment and inside a doc comment of TypeScript: characters
 * outside printable ASCII and backslashes (which could continue the line) become `?`, and an end of
 * comment is broken up. `µ` is allowed: durations use it.
 */
export function comment(text: string): string {
  return printable(text, '\\').replaceAll('*/', '* /').replaceAll('??/', '? ?/');
}

/** Replaces by `?` what is not printable ASCII (or `µ`), and each character of `also`. */
export function printable(text: string, also: string): string {
  let result = '';
  for (const character of text) {
    const plain = (character >= ' ' && character <= '~') || character === 'µ';
    result += plain && !also.includes(character) ? character : '?';
  }
  return result;
}

/**
 * Breaks a sentence into lines of at most `maximumColumns`, each with `prefix` (for example
 * `/// `) before it. A single word longer than a line loses its middle.
 */
export function commentLines(prefix: string, text: string): string[] {
  const room = maximumColumns - prefix.length;
  const lines: string[] = [];
  let line = '';
  for (const whole of comment(text).split(' ')) {
    const word = whole.length <= room ? whole : shorten(whole, room);
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > room) {
      lines.push(prefix + line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(prefix + line);
  return lines;
}

/** A doc comment of TypeScript: one line when it fits. */
export function docComment(indent: string, sentence: string): string[] {
  const lines = commentLines(`${indent} * `, sentence);
  const whole = `${indent}/** ${(lines[0] ?? '').slice(indent.length + 3)} */`;
  if (lines.length === 1 && whole.length <= maximumColumns) return [whole];
  return [`${indent}/**`, ...lines, `${indent} */`];
}

/** Words on as few lines as they fit, each line behind `indent`. */
export function filledLines(indent: string, words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && longer.length < maximumColumns) lines[lines.length - 1] = longer;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}

/** Cuts the middle out of a word so that it has `room` characters. */
function shorten(word: string, room: number): string {
  const kept = Math.floor((room - 3) / 2);
  return `${word.slice(0, kept)}...${word.slice(word.length - kept)}`;
}

/** Names in a sentence: `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length <= 1) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** A path with forward slashes as the target of `#include`, without its quotes. */
export function includePath(path: string): string {
  if (!/^[^"\\\p{Cc}]+$/u.test(path)) {
    throw new Error(`${JSON.stringify(path)} cannot be written in an #include`);
  }
  return path;
}
