/**
 * The files of the repository as the tidiness tests see them: everything git tracks or would track,
 * read once, with the few distinctions that the rules need (written here or emitted, a copy or an
 * original, a fixture).
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** One text file. */
export interface Source {
  /** Relative to the repository, with slashes. */
  path: string;
  /** Its whole text. */
  text: string;
  /** Its text by line, without line ends. */
  lines: readonly string[];
}

const binary = /\.(?:gz|wasm|png|bin)$/;

/** Every text file, in the order of paths. */
export const sources: readonly Source[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => path !== '' && !binary.test(path) && existsSync(join(root, path)))
  .sort()
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, lines: text.replace(/\n$/, '').split('\n') };
  });

/** Emitted by loomgen and committed to be read. */
export function isEmitted({ path }: Source): boolean {
  return path.startsWith('generated/');
}

/** A verbatim copy of a template inside emitted output; the rules look at the original. */
export function isCopy({ path }: Source): boolean {
  return /^generated\/[^/]+\/(?:runtime|bindings\/loom)\//.test(path);
}

/** Input or expected output of a test, whose shape is what is being tested. */
export function isFixture({ path }: Source): boolean {
  return path.startsWith('test/cases/') || /\.(?:txt|ndjson|jsonl)$/.test(path);
}

/** Made by a program and not meant to be written or read by hand. */
export function isData({ path }: Source): boolean {
  const isReport = /^docs\/(?:benchmark|profiling)\/.*\.(?:html|svg)$/.test(path);
  return isReport || extname(path) === '.json' || basename(path) === 'Cargo.lock';
}

/** TypeScript or JavaScript written by hand. */
export function isScript(source: Source): boolean {
  return /\.(?:ts|mjs|js)$/.test(source.path) && !isEmitted(source) && !isFixture(source);
}

/** C++ written by hand. */
export function isCxx(source: Source): boolean {
  return /\.(?:hpp|cpp|h|c)$/.test(source.path) && !isEmitted(source) && !isFixture(source);
}

/** A Handlebars template. */
export function isTemplate({ path }: Source): boolean {
  return path.endsWith('.hbs');
}

/**
 * Collects every place that breaks a rule.
 * @param chosen the files that the rule is about
 * @param check gives line numbers (from 1) and what is wrong there
 * @returns `path:line: what`, in order; an empty list when the rule holds
 */
export function offences(
  chosen: (source: Source) => boolean,
  check: (source: Source) => Iterable<readonly [line: number, what: string]>,
): string[] {
  return sources
    .filter(chosen)
    .flatMap((source) =>
      [...check(source)].map(([line, what]) => `${source.path}:${line}: ${what}`),
    );
}
