/** The `#include` lines of a C++ source, by text, and the files that they name. */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A file that a source includes. */
export interface CppInclude {
  /** Absolute. */
  path: string;
  /** Whether it is named in quotes, as one's own files are. */
  isQuoted: boolean;
}

/** Whether there is a file. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * What a source includes of the files that are there, in its order.
 *
 * @param path of the source, absolute: names in quotes are looked for beside it first.
 * @param folders where includes are looked for, absolute.
 */
export function* includesOf(
  text: string,
  path: string,
  folders: readonly string[],
): Generator<CppInclude> {
  for (const [, open, name = ''] of text.matchAll(
    /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)/gm,
  )) {
    const isQuoted = open === '"';
    const places = isQuoted ? [dirname(path), ...folders] : folders;
    const found = places.map((folder) => resolve(folder, name)).find(isFile);
    if (found !== undefined) yield { path: found, isQuoted };
  }
}
