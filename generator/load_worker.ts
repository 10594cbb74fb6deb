/**
 * Runs a config in a thread of its own, where it may throw, loop, exit or fill its memory without
 * taking the generator with it. It sends one answer; `load.ts` ends the thread then, or when none
 * comes. The config's `loomgen` is the helpers of `define.ts` and nothing else.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { createJiti } from 'jiti';
import { transformsFolder } from './cache_folder.ts';
import { readsOfAll, type ConfigReads } from './collect_reads.ts';
import { reportName, reportReads, type SourceReads } from './config_reads.ts';
import * as helpers from './define.ts';
import { type NotPlain, toPlainData } from './plain_data.ts';

/** What `load.ts` gives this thread. */
export interface LoadRequest {
  /** The config, absolute. */
  file: string;
  /** Where transformed sources are kept, absolute; false: nowhere. */
  cacheFolder: string | false;
}

/** A key that one object literal has twice; line and column count from 1. */
export interface RepeatedKey {
  key: string;
  first: { line: number; column: number };
  second: { line: number; column: number };
}

/** What this thread answers. */
export type LoadAnswer = { dependencies: string[] } & (
  | {
      kind: 'value';
      value: unknown;
      problems: NotPlain[];
      /** What the value is made of; null when that is not known for certain. */
      reads: ConfigReads | null;
    }
  | { kind: 'nothing' }
  | { kind: 'repeated'; file: string; repeated: RepeatedKey[] }
  | { kind: 'threw'; message: string; stack: string; missing: string | undefined }
  | { kind: 'exited'; code: number }
);

const request = workerData as LoadRequest;
/** By place: Babel can visit a node more than once. */
const repeated = new Map<string, RepeatedKey>();
const endThread = process.exit.bind(process);

/** The part of Babel's path object that is used here. */
interface ObjectPath {
  node: {
    properties: {
      computed?: boolean;
      key?: {
        type: string;
        name?: string;
        value?: unknown;
        loc?: { start: { line: number; column: number } };
      };
    }[];
  };
}

/** A Babel plugin that collects repeated keys; a config with one is not run and not cached. */
function findRepeatedKeys() {
  const visit = (path: ObjectPath): void => {
    const seen = new Map<string, { line: number; column: number }>();
    for (const { computed, key } of path.node.properties) {
      const start = key?.loc?.start;
      if (computed || key === undefined || start === undefined) continue;
      const name = key.type === 'Identifier' ? key.name : key.value;
      if (typeof name !== 'string') continue;
      const second = { line: start.line, column: start.column + 1 };
      const first = seen.get(name);
      if (first === undefined) seen.set(name, second);
      else repeated.set(`${name} ${second.line}:${second.column}`, { key: name, first, second });
    }
  };
  const leave = (): void => {
    if (repeated.size > 0) throw new Error('a key is repeated');
  };
  return { visitor: { ObjectExpression: visit, Program: { exit: leave } } };
}

/** The plugins' own code: this file, which has all of it when bundled. */
const own = fileURLToPath(import.meta.url);
const pluginFiles = own.endsWith('.ts') ? [own, join(dirname(own), 'config_reads.ts')] : [own];

const jiti = createJiti(request.file, {
  fsCache: request.cacheFolder !== false && transformsFolder(request.cacheFolder, pluginFiles),
  interopDefault: false,
  virtualModules: { loomgen: helpers },
  transformOptions: { babel: { plugins: [findRepeatedKeys, reportReads] } },
});

/** What the sources that ran have reported, each once however often it is imported. */
const reported: SourceReads[] = [];
Object.defineProperty(globalThis, reportName, {
  value: (text: string) => reported.push(JSON.parse(text) as SourceReads),
});
const loadedBefore = new Set(Object.keys(jiti.cache));
/** The config can change its environment. */
const environmentBefore = { ...process.env };

/** What each file exported that was loaded since then, packages' files included. */
function modules(): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [file, module] of Object.entries(jiti.cache)) {
    if (!loadedBefore.has(file)) found.set(file, module?.exports);
  }
  return found;
}

function dependencies(): string[] {
  const files = Object.keys(jiti.cache).filter(
    (file) => !loadedBefore.has(file) && !/[\\/]node_modules[\\/]/.test(file),
  );
  return [...new Set([request.file, ...files])].sort();
}

function answer(message: LoadAnswer): void {
  parentPort?.postMessage(message);
}

// Seen from the generator an exit would look like a thread that died; say who asked for it.
process.exit = ((code?: number) => {
  answer({ kind: 'exited', code: code ?? 0, dependencies: dependencies() });
  return endThread(code);
}) as typeof process.exit;

/** What was thrown as an Error, whatever its getters do. */
function asError(error: unknown): { name: string; message: string; stack: string } {
  try {
    const thrown = error instanceof Error ? error : new Error(String(error));
    const { name, message, stack = '' } = thrown;
    return { name: String(name), message: String(message), stack: String(stack) };
  } catch {
    return { name: 'Error', message: 'a value that cannot be shown', stack: '' };
  }
}

function describe(error: unknown): LoadAnswer {
  const thrown = asError(error);
  if (repeated.size > 0) {
    // jiti does not tell a plugin which file it transforms, but its error ends with the name.
    const file = /\n\s*(\/.*?):\d+:\d+\s*$/.exec(thrown.message)?.[1] ?? request.file;
    const found = [...repeated.values()];
    return { kind: 'repeated', file, repeated: found, dependencies: dependencies() };
  }
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(thrown.message)?.[1];
  return {
    kind: 'threw',
    message: `${thrown.name === 'Error' ? '' : `${thrown.name}: `}${thrown.message}`,
    stack: thrown.stack,
    missing,
    dependencies: dependencies(),
  };
}

process.on('uncaughtException', (error) => answer(describe(error)));

async function run(): Promise<void> {
  try {
    const exported: unknown = await jiti.import(request.file);
    const isObject = typeof exported === 'object' && exported !== null;
    const module = (isObject ? exported : {}) as Record<string, unknown>;
    // A CommonJS config has no default: what it exports is the config.
    const isCommonJs = !('default' in module) && /\.cjs$/.test(request.file);
    const value = isCommonJs ? exported : module.default;
    if (value === undefined) answer({ kind: 'nothing', dependencies: dependencies() });
    else {
      const plain = toPlainData(value);
      const files = dependencies();
      const environment = environmentBefore;
      const reads = readsOfAll({ files, modules: modules(), reported, environment });
      answer({ kind: 'value', ...plain, reads, dependencies: files });
    }
  } catch (error) {
    answer(describe(error));
  }
}

await run();
