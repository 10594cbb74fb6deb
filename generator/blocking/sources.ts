/**
 * The C++ sources of a program: the header of its handlers, its native sources, and what these
 * include by quotes. Emitted headers and those of the system are others' concern.
 */
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Ir } from '../../schemas/ir.ts';
import { includesOf } from '../cpp_includes.ts';
import { isBelow } from '../folders.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';

/** The most sources that are read; more than a program of one person has. */
const maximumSources = 512;

/** The largest source that is read, in bytes; a larger one is a table that a program wrote. */
const maximumSourceBytes = 1_000_000;

/** The sources of a program that are read. */
export interface CppSources {
  /** Texts by absolute path, in the order in which they are found. */
  texts: Map<string, string>;
  /** LOOM7105 for what is not read, one for all that are too many. */
  diagnostics: Diagnostic[];
}

function leftOut(file: string, reason: string): Diagnostic {
  const place = { file, line: 1, column: 1, length: 1 };
  return diagnostic('LOOM7105', { what: basename(file), reason }, { place });
}

/**
 * Reads every source of a program.
 *
 * @param out the output folder, absolute: the IR's paths are relative to it.
 */
export function cppSources(ir: Ir, out: string): CppSources {
  const texts = new Map<string, string>();
  const skipped = new Map<string, Diagnostic>();
  const folders = ir.native.includeDirectories.map((folder) => resolve(out, folder));
  const header = ir.handlersHeader === null ? [] : [ir.handlersHeader];
  const todo = [...header, ...ir.native.sources].map((path) => resolve(out, path));
  for (let file = todo.shift(); file !== undefined; file = todo.shift()) {
    if (texts.has(file) || skipped.has(file) || isBelow(file, out)) continue;
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) continue;
    if (found.size > maximumSourceBytes) {
      const reason = `it has ${found.size} bytes, and ${maximumSourceBytes} are read at most`;
      skipped.set(file, leftOut(file, reason));
      continue;
    }
    if (texts.size >= maximumSources) {
      const reason = `${maximumSources} sources are read at most, and none that come later`;
      skipped.set(file, leftOut(file, reason));
      break;
    }
    const text = readFileSync(file, 'utf8');
    texts.set(file, text);
    for (const { path, isQuoted } of includesOf(text, file, folders)) {
      if (isQuoted) todo.push(path);
    }
  }
  return { texts, diagnostics: [...skipped.values()] };
}
