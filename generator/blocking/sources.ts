/**
 * The C++ sources of a program: the header of its handlers, its native sources, and what these
 * include by quotes. Emitted headers and those of the system are others' concern.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Ir } from '../../schemas/ir.ts';

/** The most sources that are read; more than a program of one person has. */
const maximumSources = 512;

/** The largest source that is read, in bytes; a larger one is a table that a program wrote. */
const maximumSourceBytes = 1_000_000;

/** A file's text; null when it is none, or too large. */
function textOf(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size > maximumSourceBytes) return null;
  return readFileSync(file, 'utf8');
}

function isInside(folder: string, file: string): boolean {
  return !relative(folder, file).startsWith('..');
}

/**
 * Reads every source of a program.
 *
 * @param out the output folder, absolute: the IR's paths are relative to it.
 * @returns texts by absolute path, in the order in which they are found.
 */
export function cppSources(ir: Ir, out: string): Map<string, string> {
  const found = new Map<string, string>();
  const folders = ir.native.includeDirectories.map((folder) => resolve(out, folder));
  const header = ir.handlersHeader === null ? [] : [ir.handlersHeader];
  const todo = [...header, ...ir.native.sources].map((path) => resolve(out, path));
  for (let file = todo.shift(); file !== undefined; file = todo.shift()) {
    if (found.has(file) || found.size >= maximumSources || isInside(out, file)) continue;
    const text = textOf(file);
    if (text === null) continue;
    found.set(file, text);
    for (const [, path = ''] of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm)) {
      const places = [dirname(file), ...folders].map((folder) => join(folder, path));
      const place = places.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
      if (place !== undefined) todo.push(place);
    }
  }
  return found;
}
