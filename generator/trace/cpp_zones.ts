/**
 * Zones in C++: a copy of a source in which every function body begins with `LOOM_ZONE(name,
 * colour);`, and where a coroutine suspends its zone is closed meanwhile. No line moves, so that
 * compilers, debuggers and sanitizers go on naming the user's file and line; the source itself is
 * only read.
 */
import type { LeftOut } from './cpp_left_out.ts';
import { type CppFunction, functionsOf, type Place } from './cpp_functions.ts';
import { withoutComments } from './cpp_mask.ts';
import { leaveOutHidden, type Macros, macrosOf } from './cpp_suspensions.ts';
import type { CppParser } from './cpp_tree.ts';
import { colourOf, selectionOf, type TraceRules } from './rules.ts';

/** What is traced, of which file. */
export interface TraceCppOptions {
  /** As compilers shall name the file: absolute, or relative to where debuggers look. */
  path: string;
  /** As the rules name the file, relative to the config; default `path`. */
  rulesPath?: string;
  rules: TraceRules;
  /** Of every source that may be included; default: those of the text itself. */
  macros?: Macros;
}

/** One zone that was put in. */
export interface CppZone {
  /** The function's qualified name. */
  name: string;
  /** Where the function begins, counted from 1. */
  line: number;
  /** 0xRRGGBB; 0: the viewer's choice. */
  colour: number;
}

/** Something that is not traced though nobody asked for that. */
export interface CppTraceWarning {
  /** Counted from 1. */
  line: number;
  /** A function's qualified name; null when the whole file is left as it is. */
  name: string | null;
  why: LeftOut | 'braces' | 'size' | 'module';
}

/** A source with zones. */
export interface TracedCpp {
  text: string;
  zones: CppZone[];
  warnings: CppTraceWarning[];
}

/** The largest source that is parsed, in UTF-16 units. Parsing takes about 0.3 s for 10⁶ of them;
 * a source beyond is a table that a program wrote. */
export const maximumCppCharacters = 4_000_000;

/** How a copy begins. */
const include = '#include "loom/trace.hpp"';

/** What people need not be told: it is so by design, or they said so themselves. */
const silent: ReadonlySet<LeftOut> = new Set(['constant', 'asked', 'macro', 'naked']);

/** A text as a C++ string literal. */
export function cppLiteral(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/[\n\r]/g, ' ');
  return `"${escaped}"`;
}

/** The statement that opens a zone; with a `variable` the zone can be closed in between. */
function statement(name: string, colour: number, variable: string | null): string {
  const words = `${cppLiteral(name)}, 0x${colour.toString(16).padStart(6, '0')}`;
  if (variable === null) return ` LOOM_ZONE(${words});`;
  return ` LOOM_COROUTINE_ZONE(${variable}, ${words});`;
}

/** What makes the zone `variable` closed while a coroutine is suspended at `suspensions`. */
function pauses(suspensions: readonly Place[], variable: string): Edit[] {
  return suspensions.flatMap(({ start, end }) => [
    { start, end: start, text: `(void(${variable}.pause()), ` },
    { start: end, end, text: ')' },
  ]);
}

const moduleName = /\w+(?:[ \t]*\.[ \t]*\w+)*/.source;
const moduleEnd = `(?:[ \\t]*:[ \\t]*${moduleName})?[ \\t]*(?:\\[\\[[^\\]\\n]*\\]\\][ \\t]*)?;`;

/** A line that makes a source a unit of a C++ module, as the preprocessor knows it. */
const moduleUnit = new RegExp(
  `^[ \\t]*(?:module[ \\t]*;|(?:export[ \\t]+)?module[ \\t]+(?!\\d)${moduleName}${moduleEnd})`,
  'm',
);

/** The line of a source's first module declaration, counted from 1; null: it has none. */
function moduleLine(text: string): number | null {
  if (!moduleUnit.test(text)) return null;
  const code = withoutComments(text);
  const unit = moduleUnit.exec(code);
  return unit === null ? null : code.slice(0, unit.index).split('\n').length;
}

/** Why a whole file is left as it is; null: it is not. */
function untouched(text: string): CppTraceWarning | null {
  if (text.length > maximumCppCharacters) return { line: 1, name: null, why: 'size' };
  const line = moduleLine(text);
  return line === null ? null : { line, name: null, why: 'module' };
}

/** One replacement; in the order of their starts, none overlapping. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

function applied(text: string, edits: Edit[]): string {
  const sorted = edits.sort((one, other) => one.start - other.start);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: replacement } of sorted) {
    parts.push(text.slice(at, start), replacement);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** The first lines of a copy, before its line 1. */
function prologue(path: string, newline: string): string {
  return `${include}${newline}#line 1 ${cppLiteral(path)}${newline}`;
}

/**
 * Puts zones into a source.
 *
 * @param text what the file holds; a copy that was made here is returned as it is.
 * @returns the copy; the text itself when nothing in it is traced.
 */
export function traceCpp(parser: CppParser, text: string, options: TraceCppOptions): TracedCpp {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  if (text.startsWith(include, mark.length)) return { text, zones: [], warnings: [] };
  const whole = untouched(text);
  if (whole !== null) return { text, zones: [], warnings: [whole] };
  const { functions, brokenLine, attributes } = functionsOf(parser, text);
  if (brokenLine !== null) {
    return { text, zones: [], warnings: [{ line: brokenLine, name: null, why: 'braces' }] };
  }
  leaveOutHidden(text, functions, options.macros ?? macrosOf([text]));
  const isChosen = selectionOf(options.rulesPath ?? options.path, options.rules);
  const zones: CppZone[] = [];
  const warnings: CppTraceWarning[] = [];
  const edits: Edit[] = attributes.map(({ start, end }) => ({
    start,
    end,
    text: ' '.repeat(end - start),
  }));
  const take = (each: CppFunction): void => {
    const { name, line, bodyStart, bodyLines, leftOut, suspensions } = each;
    if (!isChosen(name, bodyLines)) return;
    if (leftOut !== null) {
      if (!silent.has(leftOut)) warnings.push({ line, name, why: leftOut });
      return;
    }
    const colour = colourOf(name, '::', options.rules);
    zones.push({ name, line, colour });
    const variable = suspensions.length === 0 ? null : `loom_zone_of_${zones.length}`;
    const text = statement(name, colour, variable);
    edits.push({ start: bodyStart, end: bodyStart, text });
    if (variable !== null) edits.push(...pauses(suspensions, variable));
  };
  functions.forEach(take);
  if (edits.length === 0) return { text, zones, warnings };
  const newline = /\r?\n/.exec(text)?.[0] ?? '\n';
  const body = applied(text, edits).slice(mark.length);
  return { text: mark + prologue(options.path, newline) + body, zones, warnings };
}
