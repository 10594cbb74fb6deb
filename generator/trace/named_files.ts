/** The files that the globs of a config's `trace` name. */
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { manifestName, sha256 } from '../plan.ts';
import { everything, selectionOf } from './rules.ts';

/** What is put behind the config's output folder for a profiling build. */
export const traceSuffix = '-trace';

/** What `trace.typescript` chooses from; declarations have no functions. */
const script = /(?<!\.d)\.[cm]?[jt]sx?$/;

/** Where globs are looked up. Folders are absolute. */
export interface NamedPlaces {
  /** The config's folder. */
  folder: string;
  globs: readonly string[];
  /** Output folders, which are not looked into; others are known by their manifests. */
  outs: readonly string[];
}

/** Whether a path, relative to the config, is one that globs name. */
export function isNamed(path: string, globs: readonly string[]): boolean {
  return globs.length > 0 && selectionOf(path, { ...everything, include: globs })('', 1);
}

/** Folders that no glob looks into: packages, what git and loomgen keep. */
function isLeftAlone(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.');
}

/**
 * The TypeScript and JavaScript that globs name, absolute, in the order of their names. What
 * loomgen generated is none of it, wherever it is.
 */
export function namedScripts({ folder, globs, outs }: NamedPlaces): string[] {
  if (globs.length === 0) return [];
  const found: string[] = [];
  const open = [folder];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const entries = readdirSync(place, { withFileTypes: true });
    if (place !== folder && entries.some(({ name }) => name === manifestName)) continue;
    for (const entry of entries) {
      const path = join(place, entry.name);
      if (entry.isDirectory() && !isLeftAlone(entry.name) && !outs.includes(path)) open.push(path);
      if (!entry.isFile() || !script.test(entry.name)) continue;
      if (isNamed(relative(folder, path).split(sep).join('/'), globs)) found.push(path);
    }
  }
  return found.sort();
}

/** What tells one list of files from another: a SHA-256 in hexadecimal. */
export function listHash(paths: readonly string[]): string {
  return sha256(JSON.stringify(paths));
}
