/**
 * What the last build of a config was made of, so that the next one can see with little work that
 * it would do nothing. A stamp is a true sentence for ever, "with these inputs this is the output";
 * whether its inputs are those of now is asked by commands/unchanged.ts. It lies in the cache and
 * not in the output folder, because it holds absolute paths and is of no use on another machine.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultCacheFolder } from './cache_folder.ts';
import type { ConfigReads } from './collect_reads.ts';
import type { Preset } from './compile.ts';
import { packageRoot } from './package_root.ts';
import { sha256 } from './plan.ts';
import type { NamedPlaces } from './trace/named_files.ts';

/** What decides a program, beside loomgen itself. */
export interface ProgramInputs {
  reads: ConfigReads;
  /** What has to exist, absolute. */
  paths: { path: string; wanted: 'file' | 'folder' }[];
  /** Where `trace.typescript` looked, and the hash of the list of files that it named. */
  named?: NamedPlaces & { hash: string };
}

/** What was asked for; each has a stamp of its own. */
export interface StampKey {
  /** The config or IR, absolute. */
  config: string;
  /** The output folder, absolute; null: the config's own. */
  out: string | null;
  /** Backends in order of preference; null: the config's. */
  backend: readonly string[] | null;
}

/** One stamp. */
export interface Stamp {
  key: StampKey;
  /** From `installationMark`. */
  installation: string;
  inputs: ProgramInputs;
  /** The program's name. */
  name: string;
  /** The output folder, absolute. */
  out: string;
  /** Why there is no standalone executable; null when there is one. */
  noStandalone: string | null;
  /** The SHA-256 of the output's manifest, which has the hash of every other file. */
  manifest: string;
  /** For each preset that was compiled, from `compileMark`. */
  presets: Partial<Record<Preset, string>>;
}

/** The longest stamp that is read, in bytes; a config of a thousand imports has a tenth of it. */
const maximumStampBytes = 2 ** 20;

/** The key of a build, from options that are relative to `directory`. */
export function stampKey(
  options: { config: string; out?: string | undefined; backend?: readonly string[] | undefined },
  directory: string,
): StampKey {
  return {
    config: resolve(directory, options.config),
    out: options.out === undefined ? null : resolve(directory, options.out),
    backend: options.backend ?? null,
  };
}

/** What tells one state of a file from another without reading it: size, times, inode. */
function fileMark(path: string): string {
  const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true });
  return `${path} ${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

/** The files below a folder, in an order that does not depend on the file system. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

/** Whether the sources of a checkout run, and not the bundle. */
const runsFromSource = fileURLToPath(import.meta.url).endsWith('.ts');

/** The code of loomgen that runs now: the bundle, or the sources of a checkout. */
function codeFiles(root: string): string[] {
  if (runsFromSource) {
    return ['generator', 'schemas'].flatMap((folder) => filesBelow(join(root, folder)));
  }
  const bundle = readdirSync(join(root, 'dist')).filter((name) => /\.c?js$/.test(name));
  return bundle.sort().map((name) => join(root, 'dist', name));
}

/** Packages that the output depends on and that run from their own folders. */
const decidingPackages = runsFromSource ? ['jiti', 'handlebars', 'valibot'] : ['jiti'];

/** The files of a package, found as Node finds packages. */
function packageFiles(root: string, name: string): string[] {
  for (let folder = root; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(path)) return filesBelow(path);
  }
  throw new Error(`${name} is not installed in any folder above`);
}

/** Variables that decide how a config is run, beside those that it reads. */
function isLoaderVariable(name: string): boolean {
  return name.startsWith('JITI_') || name === 'NODE_OPTIONS' || name === 'NODE_PATH';
}

/**
 * What tells one loomgen, and one way to run it, from another: its files, the packages that it
 * generates with, Node, and the variables that change what these do. Different after each
 * installation.
 *
 * @param root loomgen's folder, absolute; by default that of this code.
 * @returns a SHA-256 in hexadecimal; null when loomgen's files cannot all be seen.
 */
export function installationMark(root?: string): string | null {
  try {
    const folder = root ?? packageRoot();
    const own = [join(folder, 'package.json'), ...codeFiles(folder)];
    const templates = filesBelow(join(folder, 'templates'));
    const packages = decidingPackages.flatMap((name) => packageFiles(folder, name));
    const files = [...own, ...templates, ...packages].map(fileMark);
    const node = [process.version, process.platform, process.arch, process.execArgv];
    const variables = Object.entries(process.env).filter(([name]) => isLoaderVariable(name));
    return sha256(JSON.stringify([files, node, variables.sort()]));
  } catch {
    return null;
  }
}

/**
 * What tells whether anything was compiled since: Ninja adds a line to its log for each step.
 *
 * @returns the SHA-256 of the log in hexadecimal; null without one.
 */
export function compileMark(out: string, preset: Preset): string | null {
  try {
    return sha256(readFileSync(join(out, 'build', preset, '.ninja_log'), 'utf8'));
  } catch {
    return null;
  }
}

/** Where a key's stamp is; null when there is no folder to trust, or it holds the config itself:
 * what is made there is built once. */
function stampPath(key: StampKey): string | null {
  const folder = defaultCacheFolder(key.config);
  if (folder === false || key.config.startsWith(folder + sep)) return null;
  return join(folder, 'stamps', `${sha256(JSON.stringify(key)).slice(0, 32)}.json`);
}

/** The stamp of a key; null when there is none that is whole and this key's. */
export function readStamp(key: StampKey): Stamp | null {
  const path = stampPath(key);
  if (path === null) return null;
  try {
    if (statSync(path).size > maximumStampBytes) return null;
    const text = readFileSync(path, 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (end < 0 || text.slice(0, end) !== sha256(body)) return null;
    const stamp = JSON.parse(body) as Stamp;
    return JSON.stringify(stamp.key) === JSON.stringify(key) ? stamp : null;
  } catch {
    return null;
  }
}

/** Keeps a stamp, if it can be kept; presets of the same output that it does not name stay. */
export function writeStamp(stamp: Stamp): void {
  const path = stampPath(stamp.key);
  if (path === null) return;
  const before = readStamp(stamp.key);
  const isSame =
    before !== null &&
    JSON.stringify({ ...before, presets: stamp.presets }) === JSON.stringify(stamp);
  const presets = isSame ? { ...before.presets, ...stamp.presets } : stamp.presets;
  const body = JSON.stringify({ ...stamp, presets });
  if (JSON.stringify(before) === body) return;
  const fresh = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(fresh, `${sha256(body)}\n${body}`);
    renameSync(fresh, path);
  } catch {
    // A cache that cannot be written to costs time and nothing else.
    if (existsSync(fresh)) rmSync(fresh, { force: true });
  }
}
