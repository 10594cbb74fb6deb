/** Where files lie to one another, by their absolute paths alone. */
import { dirname, sep } from 'node:path';

/** Whether a path is below a folder; a folder is not below itself. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The deepest folder that all files are in; the root when there are none. */
export function commonFolder(files: readonly string[]): string {
  let common = dirname(files[0] ?? sep);
  while (!files.every((file) => isBelow(file, common))) common = dirname(common);
  return common;
}
