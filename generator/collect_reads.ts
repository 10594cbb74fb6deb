/**
 * What a config's value is made of, put together from what each of its sources reported while it
 * ran. Null in every doubt: a source that did not report, an import that is not the very file that
 * it names, JSON that is no longer what was read.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { SourceReads } from './config_reads.ts';
import { sha256 } from './plan.ts';

/** Everything that decides a config's value. */
export interface ConfigReads {
  /** Absolute path to SHA-256 (hexadecimal) of each file's text. */
  files: Record<string, string>;
  /** Name to SHA-256 (hexadecimal) of each environment variable's value; null: it is not set. */
  variables: Record<string, string | null>;
}

/** Extensions that mean the same whatever package.json says. */
const scriptExtensions = ['.ts', '.mts', '.mjs'];

/** The SHA-256 of a file's text in hexadecimal; null when it is none or reached by a link. */
export function textHash(file: string): string | null {
  try {
    return realpathSync(file) === file ? sha256(readFileSync(file, 'utf8')) : null;
  } catch {
    return null;
  }
}

/** The SHA-256 of an environment variable's value in hexadecimal; null when it is not set. */
export function variableHash(name: string): string | null {
  const value = process.env[name];
  return value === undefined ? null : sha256(value);
}

/** The hash of a JSON file as it was when it was imported; null when that cannot be said. */
function jsonHash(file: string, exported: unknown): string | null {
  const text = readFileSync(file, 'utf8');
  return isDeepStrictEqual(JSON.parse(text), exported) ? sha256(text) : null;
}

/** Whether every import names the very file that it stands for, whatever else may appear. */
function areExact(imports: readonly string[], file: string): boolean {
  return imports.every((specifier) => {
    const path = resolve(dirname(file), specifier);
    return realpathSync(path) === path && statSync(path).isFile();
  });
}

/**
 * Puts the reads of a config together.
 *
 * @param files every file that was loaded, absolute, the config among them.
 * @param reported what the sources reported, in any order.
 * @param exportsOf what a loaded file exported.
 * @returns null when it is not known for certain what decides the config's value.
 */
export function readsOfAll(
  files: readonly string[],
  reported: readonly SourceReads[],
  exportsOf: (file: string) => unknown,
): ConfigReads | null {
  const reads: ConfigReads = { files: {}, variables: {} };
  try {
    for (const file of files) {
      const isJson = extname(file) === '.json';
      const hash = isJson ? jsonHash(file, exportsOf(file)) : textHash(file);
      if (hash === null || realpathSync(file) !== file) return null;
      reads.files[file] = hash;
      if (isJson) continue;
      // What ran had the text that is there now, or else it is not found here.
      const source = reported.find((each) => each.sha256 === hash);
      if (source === undefined || source.unknown) return null;
      if (!scriptExtensions.includes(extname(file))) return null;
      if (!areExact(source.imports, file)) return null;
      for (const name of source.variables) reads.variables[name] = variableHash(name);
    }
  } catch {
    return null;
  }
  return reads;
}
