/**
 * The stage `load`: from a file to a value, what it depends on, and a way to find each part of the
 * value in the source. TypeScript and JavaScript run in `load_worker.ts` with a deadline and a
 * memory limit; JSON is parsed here. Nothing a file contains can end or hang the generator.
 */
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Ir } from '../schemas/ir.ts';
import { checkIr } from './check_ir.ts';
import type { ConfigReads } from './collect_reads.ts';
import { type JsonNode, JsonError, parseJson, positionOf } from './json_text.ts';
import { runConfig } from './load_config.ts';
import { sha256 } from './plan.ts';
import {
  type ConfigPath,
  type Diagnostic,
  DiagnosticError,
  diagnostic,
  type Place,
} from './report/diagnostic.ts';
import type { LocateInSource } from './locate.ts';
import { showFile } from './report/render.ts';

/** Limits of one load. */
export interface LoadOptions {
  /** Longest time that the config may run, in milliseconds; default 10,000. */
  deadlineMilliseconds?: number;
  /** Most memory that the config may take, in megabytes; default 512. */
  memoryMegabytes?: number;
  /** Where transformed configs are kept, false for nowhere; default: node_modules/.cache/loomgen
   * beside the config or above it. */
  cacheFolder?: string | false;
}

/** Where a part of the value stands in the source: its key or its value. Undefined: not found. */
export type Locate = (path: ConfigPath, anchor?: 'key' | 'value') => Promise<Place | undefined>;

/** What a file holds. */
export type Loaded = {
  /** The file, absolute. */
  file: string;
  /** Every file that the value depends on, absolute and sorted; for watching. */
  dependencies: string[];
  /** What decides the value, and nothing else does; null when that is not known for certain. */
  reads: ConfigReads | null;
  locate: Locate;
} & (
  | {
      kind: 'config';
      /** Plain data; `check` says whether it is a config. */
      value: unknown;
    }
  | {
      kind: 'ir';
      /** Validated as strictly as a config. */
      value: Ir;
    }
);

const scriptExtensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

async function readText(file: string): Promise<string> {
  const shown = showFile(file, process.cwd());
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const hint = 'Give the path of a config: loomgen build path/to/loom.config.ts';
      throw new DiagnosticError([diagnostic('LOOM1001', { file: shown, hint })]);
    }
    const reasons: Record<string, string> = { EISDIR: 'it is a folder', EACCES: 'no permission' };
    const reason = reasons[code] ?? (code || 'unknown reason');
    throw new DiagnosticError([diagnostic('LOOM1002', { file: shown, reason })]);
  }
}

function jsonMistake(file: string, text: string, error: JsonError): Diagnostic {
  const place = { file, ...positionOf(text, error.offset), length: 1 };
  if (error.repeated === undefined) {
    return diagnostic('LOOM1004', { reason: error.message }, { place });
  }
  const { key, first } = error.repeated;
  const length = key.length + 2;
  const second = {
    message: 'first here',
    place: { file, ...positionOf(text, first), length },
  };
  return diagnostic('LOOM1014', { key }, { place: { ...place, length }, second });
}

function locateInJson(file: string, text: string, root: JsonNode): Locate {
  return async (path, anchor = 'value') => {
    let node = root;
    for (const key of path) node = node.children?.get(key) ?? node;
    const range = (anchor === 'key' ? node.key : undefined) ?? node;
    const start = positionOf(text, range.start);
    const firstLine = text.slice(range.start, range.end).split('\n')[0] ?? '';
    return { file, ...start, length: Math.max(1, firstLine.length) };
  };
}

async function loadJson(file: string): Promise<Loaded> {
  const text = await readText(file);
  let root: JsonNode;
  try {
    root = parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw new DiagnosticError([jsonMistake(file, text, error)]);
    throw error;
  }
  const reads = { files: { [file]: sha256(text) }, variables: {} };
  const common = { file, dependencies: [file], reads, locate: locateInJson(file, text, root) };
  const value = root.value;
  if (file.endsWith('.ir.json') || root.children?.has('abi')) {
    const { ir, diagnostics } = checkIr(value);
    if (ir === undefined) throw new DiagnosticError(await locateAll(diagnostics, common.locate));
    return { ...common, kind: 'ir', value: ir };
  }
  if (typeof value === 'object' && value !== null && '$schema' in value) {
    const { $schema: _editorOnly, ...config } = value;
    return { ...common, kind: 'config', value: config };
  }
  return { ...common, kind: 'config', value };
}

/** Errors first, then by file, line and column: the order in which one reads and corrects. */
function byPlace(first: Diagnostic, second: Diagnostic): number {
  if (first.severity !== second.severity) return first.severity === 'error' ? -1 : 1;
  const [one, two] = [first.place, second.place];
  if (one === undefined || two === undefined) return Number(two !== undefined);
  if (one.file !== two.file) return one.file < two.file ? -1 : 1;
  return one.line - two.line || one.column - two.column;
}

/**
 * Gives each diagnostic that has a path its place, and its second path a place too; sorts them by
 * place.
 */
export async function locateAll(
  diagnostics: readonly Diagnostic[],
  locate: Locate,
): Promise<Diagnostic[]> {
  const placed: Diagnostic[] = [];
  for (const each of diagnostics) {
    const next = { ...each };
    if (next.place === undefined && next.path !== undefined) {
      const place = await locate(next.path, next.anchor);
      if (place !== undefined) next.place = place;
    }
    if (next.second?.path !== undefined && next.second.place === undefined) {
      const place = await locate(next.second.path, 'key');
      if (place !== undefined) next.second = { ...next.second, place };
    }
    placed.push(next);
  }
  return placed.sort(byPlace);
}

/**
 * Loads a config or an IR.
 *
 * @throws DiagnosticError when the file cannot be read or run, or when it is an IR and not valid.
 */
export async function load(path: string, options: LoadOptions = {}): Promise<Loaded> {
  const file = resolve(path);
  const extension = extname(file);
  if (extension === '.json') return loadJson(file);
  await readText(file);
  if (!scriptExtensions.includes(extension)) {
    const shown = showFile(file, process.cwd());
    throw new DiagnosticError([diagnostic('LOOM1003', { file: shown, extension })]);
  }
  let locateInSource: LocateInSource | undefined;
  const locate: Locate = async (at, anchor) => {
    // ts-morph brings a whole TypeScript: a build without mistakes need not wait for it.
    locateInSource ??= (await import('./locate.ts')).openSource(file);
    return locateInSource(at, anchor);
  };
  return { kind: 'config', file, locate, ...(await runConfig(file, options, locate)) };
}
