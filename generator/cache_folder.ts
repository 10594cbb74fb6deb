/**
 * Where loomgen keeps what it can make again: configs that were transformed, and what the last
 * build of each was made of.
 */
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from './plan.ts';

/** Whether a folder can be written to, or made below `base`; others may have made what is there. */
function canHold(folder: string, base: string): boolean {
  try {
    if (folder !== base && !existsSync(folder)) return canHold(dirname(folder), base);
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/**
 * The folder beside the installed packages, else one of this user's in tmp.
 *
 * @param file the config, absolute.
 * @returns false when neither can be trusted: code is run from it.
 */
export function defaultCacheFolder(file: string): string | false {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const packages = join(folder, 'node_modules');
    if (!existsSync(packages)) continue;
    const own = join(packages, '.cache', 'loomgen');
    if (!canHold(own, packages)) break;
    return own;
  }
  const user = process.getuid?.();
  const folder = join(tmpdir(), `loomgen-${user ?? 'user'}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    const isOwn = found.isDirectory() && (user === undefined || found.uid === user);
    return isOwn && (found.mode & 0o022) === 0 && folder;
  } catch {
    return false;
  }
}

/**
 * Where configs are kept that certain code has transformed: what other code made of them is of no
 * use, and is not found there.
 *
 * @param cacheFolder from `defaultCacheFolder`.
 * @param code the files of that code, absolute.
 * @throws when one of them cannot be read.
 */
export function transformsFolder(cacheFolder: string, code: readonly string[]): string {
  const hash = sha256(code.map((file) => sha256(readFileSync(file, 'utf8'))).join('\n'));
  return join(cacheFolder, `configs-${hash.slice(0, 16)}`);
}
