/**
 * Diagnostics as text for a terminal: code, what, the place with its lines, the second place, why,
 * and the fix to type. The same text without colours is what the fixtures hold.
 */
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import pc from 'picocolors';
import { type Diagnostic, type Place, plain } from './diagnostic.ts';
import type { Environment } from '../environment.ts';

/** How diagnostics are rendered. */
export interface RenderOptions {
  /** Places are shown relative to this folder; absolute. Default: the working directory. */
  directory?: string;
  /** ANSI colours; default: whether stderr is a terminal and NO_COLOR does not forbid it. */
  color?: boolean;
  /** Reads a source for its frame; undefined when it cannot. Default: the file system. */
  readText?: (file: string) => string | undefined;
}

type Colors = ReturnType<typeof pc.createColors>;

/** Longest part of a source line that is shown. */
const maximumLineCharacters = 100;
/** Lines shown before the one that is meant. */
const linesBefore = 1;

/** Whether stderr may have colours: no-color.org, FORCE_COLOR, and whether it is a terminal. */
export function wantsColor(environment: Environment = process.env): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== '0';
  return process.stderr.isTTY === true && environment.TERM !== 'dumb';
}

function readSource(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A file as it is shown: relative to the folder where that is shorter, with forward slashes. */
export function showFile(file: string, directory: string): string {
  const path = relative(directory, file);
  const shown = path === '' || path.startsWith(`..${sep}..${sep}..`) ? file : path;
  return plain(shown.split(sep).join('/'));
}

/** The lines around a place with the meant part underlined; empty when they cannot be read. */
function frame(place: Place, colors: Colors, readText: (file: string) => string | undefined) {
  const lines = readText(place.file)?.split(/\r?\n/);
  const line = lines?.[place.line - 1];
  if (lines === undefined || line === undefined) return [];
  const width = String(place.line).length;
  const gutter = (text: string) => colors.dim(`${text.padStart(width)} |`);
  // A line from a minified file is cut so that the meant part stays in sight.
  const from = place.column > maximumLineCharacters ? place.column - 1 - linesBefore * 20 : 0;
  const cut = (text: string) => {
    const part = text.slice(from, from + maximumLineCharacters).replaceAll('\t', ' ');
    return part.replace(/\p{Cc}|\p{Cf}/gu, '\u00b7');
  };
  const start = Math.min(Math.max(0, place.column - 1 - from), maximumLineCharacters);
  const room = Math.max(1, Math.min(line.length - from, maximumLineCharacters) - start);
  const underline = '^'.repeat(Math.max(1, Math.min(place.length, room)));
  const shown: string[] = [];
  for (let at = Math.max(0, place.line - 1 - linesBefore); at < place.line; at += 1) {
    const text = cut(lines[at] ?? '');
    if (at < place.line - 1 && text.trim() === '') continue;
    shown.push(`  ${gutter(String(at + 1))} ${text}`.trimEnd());
  }
  shown.push(`  ${gutter('')} ${' '.repeat(start)}${colors.red(underline)}`);
  return shown;
}

/** One diagnostic as lines of text, without an empty line at its end. */
export function renderDiagnostic(each: Diagnostic, options: RenderOptions = {}): string {
  const colors = pc.createColors(options.color ?? wantsColor());
  const readText = options.readText ?? readSource;
  const paint = each.severity === 'error' ? colors.red : colors.yellow;
  const at = (place: Place) => {
    // Asked for only where a place is shown: a working directory may be gone.
    const file = showFile(place.file, options.directory ?? process.cwd());
    return colors.cyan(`${file}:${place.line}:${place.column}`);
  };
  const lines = [`${colors.bold(paint(`${each.severity} ${each.code}`))}: ${each.message}`];
  if (each.place !== undefined) {
    lines.push(`  at ${at(each.place)}`, ...frame(each.place, colors, readText));
  }
  if (each.second?.place !== undefined) {
    lines.push(`  ${plain(each.second.message)} at ${at(each.second.place)}`);
    lines.push(...frame(each.second.place, colors, readText));
  }
  const isSaid = each.suggestion === undefined || each.fix === `Write '${each.suggestion}'.`;
  const meant = isSaid ? '' : `Did you mean '${plain(each.suggestion ?? '')}'? `;
  lines.push(`  ${colors.bold('why')}: ${each.reason}`);
  lines.push(`  ${colors.bold('fix')}: ${meant}${each.fix}`);
  if (each.details !== undefined) lines.push('', each.details.trimEnd());
  return lines.join('\n');
}

/** `2 errors, 1 warning`; an empty text when there are none. */
export function summarize(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity']): string[] => {
    const found = diagnostics.filter((each) => each.severity === severity).length;
    return found === 0 ? [] : [`${found} ${severity}${found === 1 ? '' : 's'}`];
  };
  return [...count('error'), ...count('warning')].join(', ');
}

/** All diagnostics as text, one empty line between them, with a final line end. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: RenderOptions = {},
): string {
  if (diagnostics.length === 0) return '';
  return `${diagnostics.map((each) => renderDiagnostic(each, options)).join('\n\n')}\n`;
}
