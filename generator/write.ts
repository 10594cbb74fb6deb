/**
 * The one stage that changes the output folder, and the reading that `plan` needs before it.
 *
 * Every new text goes to a temporary file beside its target first; only when all of them are on
 * disk are they renamed into place. A folder that cannot be written to therefore stays as it was.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { manifestName, ownedFolders, parseManifest } from './plan.ts';
import type { FolderState, Plan } from './plan.ts';

/** The output folder, or a file in it, could not be read or changed. */
export class FolderError extends Error {
  /** The path at which the system refused. */
  readonly path: string;
  /** The system's code, for example `EACCES` or `EROFS`. */
  readonly systemCode: string;

  constructor(path: string, cause: unknown) {
    const systemCode = (cause as { code?: string }).code ?? 'unknown';
    super(`${path}: ${systemCode}`, { cause });
    this.name = 'FolderError';
    this.path = path;
    this.systemCode = systemCode;
  }
}

/**
 * Reads what `plan` has to know about the output folder.
 *
 * @param out the output folder, which need not exist.
 * @param wanted paths of the files the build makes.
 * @throws FolderError when something there cannot be read.
 */
export function observe(out: string, wanted: Iterable<string>): FolderState {
  const files = new Map<string, string>();
  const manifestText = readIfPresent(join(out, manifestName));
  const manifest =
    manifestText === undefined ? new Map<string, string>() : parseManifest(manifestText);
  for (const path of new Set([...wanted, ...manifest.keys()])) {
    const text = readIfPresent(join(out, path));
    if (text !== undefined) files.set(path, text);
  }
  for (const folder of ownedFolders) {
    for (const path of filesBelow(out, folder)) {
      // A stranger's bytes are never compared, so they are not read.
      if (!files.has(path)) files.set(path, '');
    }
  }
  return { files, manifest };
}

/** The text of a file; undefined when there is none. */
function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw new FolderError(path, error);
  }
}

/** Every file below a folder of `out`, as paths relative to `out` with forward slashes. */
function filesBelow(out: string, folder: string): string[] {
  const path = join(out, folder);
  if (!existsSync(path) || !statSync(path).isDirectory()) return [];
  const found: string[] = [];
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const relative = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...filesBelow(out, relative));
    else found.push(relative);
  }
  return found;
}

/**
 * Carries a plan out: LF texts, only what changed, removals last, folders left empty removed.
 *
 * @param out the output folder; it is made when it does not exist.
 * @param planned what to do, from `plan` for this very folder.
 * @param wanted path to text of every file of the build.
 * @throws FolderError when the folder cannot be changed; then nothing in it has changed, unless
 *   the system failed in the middle of the final renames.
 */
export function write(out: string, planned: Plan, wanted: ReadonlyMap<string, string>): void {
  if (!planned.stale) return;
  const madeFolders: string[] = [];
  const renames: { from: string; to: string }[] = [];
  try {
    for (const { path, action } of planned.entries) {
      const text = wanted.get(path);
      if ((action !== 'add' && action !== 'change') || text === undefined) continue;
      const to = join(out, path);
      const from = `${to}.loom-${process.pid}.tmp`;
      makeFolder(dirname(to), madeFolders);
      renames.push({ from, to });
      attempt(to, () => {
        writeFileSync(from, text);
      });
    }
    // The manifest comes after everything it describes.
    renames.sort((a, b) => Number(isManifest(a.to)) - Number(isManifest(b.to)));
    for (const { from, to } of renames) {
      attempt(to, () => {
        renameSync(from, to);
      });
    }
  } catch (error) {
    for (const { from } of renames) rmSync(from, { force: true });
    for (const folder of madeFolders.reverse()) removeFolderIfEmpty(folder);
    throw error;
  }
  removeFiles(
    out,
    planned.entries.flatMap((e) => (e.action === 'remove' ? [e.path] : [])),
  );
}

/** Whether a path is the manifest's. */
function isManifest(path: string): boolean {
  return path.endsWith(`/${manifestName}`);
}

/**
 * Removes files of the output folder, and the folders they leave empty.
 *
 * @throws FolderError when the system refuses.
 */
export function removeFiles(out: string, paths: readonly string[]): void {
  for (const path of paths) {
    attempt(join(out, path), () => {
      rmSync(join(out, path), { force: true });
    });
  }
  for (const path of paths) {
    let folder = dirname(path);
    while (folder !== '.' && removeFolderIfEmpty(join(out, folder))) folder = dirname(folder);
  }
}

/** Makes a folder and those above it, and records each that did not exist before. */
function makeFolder(folder: string, made: string[]): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), made);
  attempt(folder, () => {
    mkdirSync(folder);
  });
  made.push(folder);
}

/** Removes a folder when nothing is in it; whether it did. */
export function removeFolderIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs one act on the file system.
 *
 * @throws FolderError that names its path when it fails.
 */
export function attempt<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw new FolderError(path, error);
  }
}
