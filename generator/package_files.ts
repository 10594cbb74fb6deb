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
  /** Targets that it was compiled for; empty: for this machine, as the preset says. */
  targets: readonly string[];
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
  /** Where addons were copied to, relative. */
  prebuilds: readonly string[];
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
    const stamp = JSON.parse(text) as { key?: unknown; prebuild?: unknown; prebuilds?: unknown };
    // Earlier versions knew of one addon alone.
    const { key, prebuild, prebuilds = prebuild === undefined ? undefined : [prebuild] } = stamp;
    if (typeof key !== 'string' || !Array.isArray(prebuilds)) return null;
    if (!prebuilds.every(isPrebuild)) return null;
    return { key, prebuilds, files: parseManifest(text) };
  } catch {
    return null;
  }
}

/** Whether a path of a stamp is one that was written here, and stays in the output folder. */
function isPrebuild(path: unknown): path is string {
  return typeof path === 'string' && /^prebuilds\/[a-z0-9-]+\/[a-z0-9_]+\.node$/.test(path);
}

/** The text of a stamp. */
function stampText({ key, files, prebuilds }: PackageStamp): string {
  return `${JSON.stringify({ key, prebuilds, files: Object.fromEntries(files) }, null, 2)}\n`;
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

/** A compiled addon and its place in prebuilds/, both relative to the output folder. */
interface Shipped {
  from: string;
  to: string;
}

/** What is copied: the addon of each target, else that of this platform, if it is a release. */
function shippedOf({ name, preset, targets }: PackageFolder): Shipped[] {
  const place = (folder: string, target: string): Shipped => ({
    from: `build/${folder}/${name}.node`,
    to: `prebuilds/${target}/${name}.node`,
  });
  if (targets.length > 0) return targets.map((target) => place(target, target));
  return preset === 'release' ? [place(preset, prebuildFolder(thisMachine()))] : [];
}

/** Whether two files have the same bytes; also when there is no first one. */
function isCopied(from: string, to: string): boolean {
  if (!existsSync(from)) return true;
  return existsSync(to) && readFileSync(from).equals(readFileSync(to));
}

/** Whether `writePackage` would change nothing. */
export function isPackaged(folder: PackageFolder): boolean {
  const { out } = folder;
  const areCopied = shippedOf(folder).every((each) =>
    isCopied(join(out, each.from), join(out, each.to)),
  );
  return isTranslated(folder) && areCopied;
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
  const prebuilds = keptPrebuilds(folder, before);
  const stamp = stampText({ key: keyOf(folder) ?? '', files: hashes, prebuilds });
  // First what is whose, without a key: whoever is interrupted finds files that are loomgen's.
  const owner = stampText({ key: '', files: new Map([...owned, ...hashes]), prebuilds });
  const all = [[stampPath, owner] as const, ...made, [stampPath, stamp] as const];
  for (const [path, text] of all) {
    const target = join(out, path);
    attempt(target, () => replace(target, (fresh) => writeFileSync(fresh, text)));
  }
  const gone = [...owned.keys()].filter((path) => !made.has(path));
  gone.push(...(before?.prebuilds ?? []).filter((path) => !prebuilds.includes(path)));
  removeFiles(out, gone);
}

/** What a new stamp says of prebuilds/: what was there of this program, and what comes. */
function keptPrebuilds(folder: PackageFolder, before: PackageStamp | null): string[] {
  const own = (before?.prebuilds ?? []).filter((path) => path.endsWith(`/${folder.name}.node`));
  return [...new Set([...own, ...shippedOf(folder).map(({ to }) => to)])].sort();
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
  noteShipped(folder);
  for (const { from, to } of shippedOf(folder)) {
    const [source, target] = [join(folder.out, from), join(folder.out, to)];
    if (isCopied(source, target)) continue;
    attempt(target, () => replace(target, (fresh) => copyFileSync(source, fresh)));
  }
}

/** Adds to the stamp what is to be copied and not in it yet. */
function noteShipped(folder: PackageFolder): void {
  const stamp = readStampOf(folder.out);
  if (stamp === null || shippedOf(folder).every(({ to }) => stamp.prebuilds.includes(to))) return;
  const target = join(folder.out, stampPath);
  const text = stampText({ ...stamp, prebuilds: keptPrebuilds(folder, stamp) });
  attempt(target, () => replace(target, (fresh) => writeFileSync(fresh, text)));
}

/**
 * Removes what `writePackage` made; prebuilds of other platforms came from elsewhere and stay.
 *
 * @throws FolderError when the system refuses.
 */
export function removePackage(out: string): void {
  const stamp = readStampOf(out);
  if (stamp === null) return;
  removeFiles(out, [...stamp.files.keys(), stampPath, ...stamp.prebuilds]);
}
