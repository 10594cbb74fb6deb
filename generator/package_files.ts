/**
 * What compiling adds to an output folder that is an npm package: dist/, the bindings as Node reads
 * them, and in prebuilds/ the addon of this platform. Like CMake's folder they are made anew from
 * what is there and not compared in a plan; a stamp in dist/ knows which files are loomgen's.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { prebuildFolder, thisMachine } from '../templates/bindings/prebuilds.ts';
import type { Preset } from './compile.ts';
import { parseManifest, sha256 } from './plan.ts';
import { attempt, removeFiles } from './write.ts';

/** In an output folder: what dist/ was made of, and what is in it. */
const stampPath = 'dist/loom.stamp.json';

/** A file in the way of one that is to be written. */
export class StrangerError extends Error {
  /** Relative to the output folder. */
  readonly path: string;

  constructor(path: string) {
    super(`${path} is not loomgen's`);
    this.path = path;
  }
}

/** A compiled output folder. */
export interface PackageFolder {
  /** Absolute. */
  out: string;
  /** The program's name. */
  name: string;
  preset: Preset;
  /** What tells one loomgen from another (`installationMark`); null: unknown, so made anew. */
  installation: string | null;
  /** The hash of the output's manifest, which has that of every source. */
  manifest: string;
}

interface PackageStamp {
  /** The hash of what they were made of; empty when that is not known. */
  key: string;
  /** Relative path to sha256. */
  files: ReadonlyMap<string, string>;
  /** Where the addon of this platform is copied to, relative. */
  prebuild: string;
}

/** A file's text; null without one. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The stamp of an output folder, whose paths stay in it; null when there is none. */
function readStampOf(out: string): PackageStamp | null {
  const text = textOf(join(out, stampPath));
  if (text === null) return null;
  try {
    const { key, prebuild } = JSON.parse(text) as { key?: unknown; prebuild?: unknown };
    if (typeof key !== 'string' || typeof prebuild !== 'string') return null;
    if (!/^prebuilds\/[a-z0-9-]+\/[a-z0-9_]+\.node$/.test(prebuild)) return null;
    return { key, prebuild, files: parseManifest(text) };
  } catch {
    return null;
  }
}

/** The text of a stamp. */
function stampText({ key, files, prebuild }: PackageStamp): string {
  return `${JSON.stringify({ key, prebuild, files: Object.fromEntries(files) }, null, 2)}\n`;
}

function keyOf({ installation, manifest }: PackageFolder): string | null {
  return installation === null ? null : sha256(`${installation} ${manifest}`);
}

/** Whether dist/ is what would be written now. */
function isTranslated(folder: PackageFolder): boolean {
  const stamp = readStampOf(folder.out);
  if (stamp === null || stamp.key !== keyOf(folder)) return false;
  return [...stamp.files].every(([path, hash]) => {
    const text = textOf(join(folder.out, path));
    return text !== null && sha256(text) === hash;
  });
}

/** Where this platform's addon belongs in a package, relative. */
function prebuildPath(name: string): string {
  return `prebuilds/${prebuildFolder(thisMachine())}/${name}.node`;
}

/** The compiled addon and its place in prebuilds/, absolute; null for presets that nobody ships. */
function prebuildOf({ out, name, preset }: PackageFolder): { from: string; to: string } | null {
  if (preset !== 'release') return null;
  return { from: join(out, 'build', preset, `${name}.node`), to: join(out, prebuildPath(name)) };
}

/** Whether two files have the same bytes; also when there is no first one. */
function isCopied(from: string, to: string): boolean {
  if (!existsSync(from)) return true;
  return existsSync(to) && readFileSync(from).equals(readFileSync(to));
}

/** Whether `writePackage` would change nothing. */
export function isPackaged(folder: PackageFolder): boolean {
  const prebuild = prebuildOf(folder);
  return isTranslated(folder) && (prebuild === null || isCopied(prebuild.from, prebuild.to));
}

/** Replaces a file at once, so that nobody reads half of it. */
function replace(path: string, make: (fresh: string) => void): void {
  const fresh = `${path}.loom-${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    make(fresh);
    renameSync(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Translates the bindings into dist/, and removes what an earlier build left there. */
async function writeTranslated(
  folder: PackageFolder,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<void> {
  const { out } = folder;
  // Large, and needed only when something has changed.
  const { transpile } = await import('./transpile.ts');
  const made = transpile(files);
  const before = readStampOf(out);
  const owned = before?.files ?? new Map<string, string>();
  const stranger = [...made.keys()].find((path) => !owned.has(path) && existsSync(join(out, path)));
  if (stranger !== undefined && !force) throw new StrangerError(stranger);
  const hashes = new Map([...made].map(([path, text]) => [path, sha256(text)]));
  const prebuild = prebuildPath(folder.name);
  const stamp = stampText({ key: keyOf(folder) ?? '', files: hashes, prebuild });
  for (const [path, text] of [...made, [stampPath, stamp] as const]) {
    const target = join(out, path);
    attempt(target, () => replace(target, (fresh) => writeFileSync(fresh, text)));
  }
  const gone = [...owned.keys()].filter((path) => !made.has(path));
  if (before !== null && before.prebuild !== prebuild) gone.push(before.prebuild);
  removeFiles(out, gone);
}

/**
 * Makes a package of a compiled output folder.
 *
 * @param files every file of the output folder.
 * @param force whether to write over files that are not loomgen's.
 * @throws StrangerError before anything is written, FolderError when the system refuses.
 */
export async function writePackage(
  folder: PackageFolder,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<void> {
  if (!isTranslated(folder)) await writeTranslated(folder, files, force);
  const prebuild = prebuildOf(folder);
  if (prebuild === null || isCopied(prebuild.from, prebuild.to)) return;
  const { from, to } = prebuild;
  attempt(to, () => replace(to, (fresh) => copyFileSync(from, fresh)));
}

/**
 * Removes what `writePackage` made; prebuilds of other platforms came from elsewhere and stay.
 *
 * @throws FolderError when the system refuses.
 */
export function removePackage(out: string): void {
  const stamp = readStampOf(out);
  if (stamp === null) return;
  removeFiles(out, [...stamp.files.keys(), stampPath, stamp.prebuild]);
}
