/**
 * A diagnostic: one thing that is wrong, in words, with its place.
 *
 * `schemas/codes.ts` holds every code and its texts; `diagnostic` fills the holes of a text. Stages
 * that are pure name the place by its path in the config; `locate` turns it into a file and line
 * later, and only when something is reported.
 */
import { type Code, type CodeEntry, codes, type HolesOf } from '../../schemas/codes.ts';

/** A path in the config: keys and array positions from its root. */
export type ConfigPath = readonly (string | number)[];

/** A range on one line of a source file; line and column count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
  /** Characters to underline; at least 1. */
  length: number;
}

/** Another place that matters, such as the first of two fds on one address. */
export interface SecondPlace {
  message: string;
  path?: ConfigPath;
  place?: Place;
}

/** One thing that is wrong. All texts are plain, without control characters. */
export interface Diagnostic {
  code: Code;
  severity: 'error' | 'warning';
  /** What is wrong. */
  message: string;
  /** Why that is not allowed. */
  reason: string;
  /** What to do, as concretely as is known. */
  fix: string;
  /** What was probably meant, for an editor to offer. */
  suggestion?: string;
  path?: ConfigPath;
  /** Whether `path` means the key or its value. */
  anchor?: 'key' | 'value';
  place?: Place;
  second?: SecondPlace;
  /** Longer output that belongs to it, such as a compiler's; printed as it is. */
  details?: string;
}

/** Where a diagnostic is, and what else it says. */
export type DiagnosticParts = Pick<
  Diagnostic,
  'path' | 'anchor' | 'place' | 'second' | 'suggestion' | 'details'
>;

/** Longest text of one hole; a longer one ends with an ellipsis. */
const maximumHoleCharacters = 240;

/** Text from outside made safe for a terminal: no control or direction characters, bounded. */
export function plain(value: string | number): string {
  const shown = String(value).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return shown.length <= maximumHoleCharacters
    ? shown
    : `${shown.slice(0, maximumHoleCharacters - 1)}…`;
}

/** A value as a user would write it, short: strings in quotes, objects by their keys. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${plain(value)}'`;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0 ? '{}' : `{ ${plain(keys.slice(0, 4).join(', '))} }`;
  }
  return plain(String(value));
}

/** A config path as a user reads it: `fds.market.framing`, `native.sources[0]`. */
export function showPath(path: ConfigPath): string {
  if (path.length === 0) return 'the config';
  return path
    .map((key, position) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `['${plain(key)}']`;
      return position === 0 ? key : `.${key}`;
    })
    .join('');
}

function fill(template: string, holes: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = holes[name];
    if (value === undefined) throw new Error(`no value for {${name}} in "${template}"`);
    return plain(value);
  });
}

/** A config path keeps its case at the start of a sentence; an article does not. */
function asSentence(text: string): string {
  return /^(?:the|a|an) /.test(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
}

/** Makes a diagnostic of a code. `holes` has a value for each `{name}` in its texts. */
export function diagnostic<const Key extends Code>(
  code: Key,
  holes: Readonly<Record<HolesOf<Key>, string | number>>,
  parts: DiagnosticParts = {},
): Diagnostic {
  const entry: CodeEntry = codes[code];
  return {
    code,
    severity: entry.severity,
    message: asSentence(fill(entry.what, holes)),
    reason: fill(entry.why, holes),
    fix: fill(entry.fix, holes),
    ...parts,
  };
}

/** Carries diagnostics through a stage that cannot return them. */
export class DiagnosticError extends Error {
  /** At least one of them is an error. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((each) => `${each.code}: ${each.message}`).join('\n'));
    this.name = 'DiagnosticError';
    this.diagnostics = diagnostics;
  }
}

/** True when at least one diagnostic is an error, not a warning. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => each.severity === 'error');
}
