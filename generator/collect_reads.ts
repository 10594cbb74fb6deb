/**
 * What a config's value is made of, put together from what each of its sources reported while it
 * ran. Null in every doubt: a source that did not report, an import that is not the very file that
 * it names, JSON that is no longer what was read.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { SourceReads } from './config_reads.ts';
import type { Environment } from './environment.ts';
import { sha256 } from './plan.ts';

/** Everything that decides a config's value. */
export interface ConfigReads {
  /** Absolute path to SHA-256 (hexadecimal) of each file's text. */
  files: Record<string, string>;
  /** Name to SHA-256 (hexadecimal) of each environment variable's value; null: it is not set. */
  variables: Record<string, string | null>;
}

/** Extensions of what is always transformed, and so reports, whatever package.json says. */
const scriptExtensions = ['.ts', '.mts'];

/** The SHA-256 of a file's text in hexadecimal; null when it is none or reached by a link. */
export function textHash(file: string): string | null {
  try {
    return realpathSync(file) === file ? sha256(readFileSync(file, 'utf8')) : null;
  } catch {
    return null;
  }
}

/**
 * The SHA-256 of an environment variable's value in hexadecimal; null when it is not set.
 *
 * @throws when the name is that of a method of all objects, which is not a variable.
 */
export function variableHash(name: string, environment: Environment): string | null {
  const value: unknown = environment[name];
  if (value === undefined) return null;
  if (typeof value !== 'string') throw new Error(`${name} is not a variable`);
  return sha256(value);
}

/** The hash of a JSON file as it was when it was imported; null when that cannot be said. */
function jsonHash(file: string, exported: unknown): string | null {
  const text = readFileSync(file, 'utf8');
  return isDeepStrictEqual(JSON.parse(text), exported) ? sha256(text) : null;
}

/**
 * The very file that an import names, whatever else may appear beside it.
 *
 * @returns an absolute path; null when it is a link or no file.
 */
function importedFile(specifier: string, file: string): string | null {
  const path = resolve(dirname(file), specifier);
  return realpathSync(path) === path && statSync(path).isFile() ? path : null;
}

/** What was seen while a config ran. */
export interface SeenRun {
  /** Files that are known to have been loaded, absolute, the config among them. */
  files: readonly string[];
  /** Every module that was loaded since the config began: absolute path to what it exported. */
  modules: ReadonlyMap<string, unknown>;
  /** What the sources reported, in any order. */
  reported: readonly SourceReads[];
  /** The environment as it was before the config ran, which may have changed it. */
  environment: Environment;
}

/**
 * Puts the reads of a config together: those of its files, and of what they import in turn.
 *
 * @returns null when it is not known for certain what decides the config's value.
 */
export function readsOfAll(seen: SeenRun): ConfigReads | null {
  const reads: ConfigReads = { files: {}, variables: {} };
  // Grows while it is walked, by files that were loaded and by no others.
  const files = new Set(seen.files);
  try {
    for (const file of files) {
      // What somebody else has loaded, Node itself or loomgen, has reported nothing.
      if (!seen.modules.has(file)) return null;
      const isJson = extname(file) === '.json';
      const hash = isJson ? jsonHash(file, seen.modules.get(file)) : textHash(file);
      if (hash === null || realpathSync(file) !== file) return null;
      reads.files[file] = hash;
      if (isJson) continue;
      // What ran had the text that is there now, or else it is not found here.
      const source = seen.reported.find((each) => each.sha256 === hash);
      if (source === undefined || source.unknown) return null;
      if (!scriptExtensions.includes(extname(file))) return null;
      for (const specifier of source.imports) {
        const imported = importedFile(specifier, file);
        if (imported === null) return null;
        files.add(imported);
      }
      for (const name of source.variables) {
        reads.variables[name] = variableHash(name, seen.environment);
      }
    }
  } catch {
    return null;
  }
  return reads;
}
