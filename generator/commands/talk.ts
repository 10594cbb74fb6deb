/** How verbs print: data on stdout, talk on stderr, one progress line on a terminal. */
import { relative } from 'node:path';
import type { Diagnostic } from '../report/diagnostic.ts';
import { renderDiagnostics } from '../report/render.ts';

/** Prints a line of data. */
export function data(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a line of talk. */
export function talk(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints diagnostics as talk. */
export function talkDiagnostics(diagnostics: readonly Diagnostic[]): void {
  process.stderr.write(renderDiagnostics(diagnostics));
}

/** A path as people where they are would type it. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  if (short === '') return '.';
  return short.length < path.length ? short : path;
}

/** Milliseconds for people: `0.41 s`, `12 s`. */
export function shownTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 10 ? `${seconds.toFixed(2)} s` : `${Math.round(seconds)} s`;
}

/** A line at the bottom of a terminal that is written over; silent elsewhere. */
export class ProgressLine {
  readonly #enabled: boolean;
  #shown = false;

  constructor(enabled: boolean) {
    this.#enabled = enabled && process.stderr.isTTY === true;
  }

  /** Shows a text in place of the last. */
  show(text: string): void {
    if (!this.#enabled) return;
    process.stderr.write(`\r\u001b[K${text}`);
    this.#shown = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) process.stderr.write('\r\u001b[K');
    this.#shown = false;
  }
}
