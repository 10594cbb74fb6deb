/**
 * Runs a config in its thread and turns everything that can go wrong there into a diagnostic: an
 * exception, an import that is not there, a loop, an await for ever, an exit, too much memory, an
 * export that is not data.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { defaultCacheFolder } from './cache_folder.ts';
import type { ConfigReads } from './collect_reads.ts';
import { positionOf } from './json_text.ts';
import type { LoadOptions, Locate } from './load.ts';
import type { LoadAnswer, LoadRequest } from './load_worker.ts';
import {
  type Diagnostic,
  DiagnosticError,
  diagnostic,
  type Place,
  showPath,
} from './report/diagnostic.ts';

const defaultDeadlineMilliseconds = 10_000;
const defaultMemoryMegabytes = 512;
/** How often memory outside of the JavaScript heap is looked at. */
const memoryCheckMilliseconds = 100;
/** What a thread ends with, unasked, when a promise at top level can never be settled. */
const unsettledExitCodes = [0, 13];
const bytesPerMegabyte = 2 ** 20;

/** How the thread ended. */
type Outcome =
  | LoadAnswer
  | { kind: 'deadline' }
  | { kind: 'memory' }
  | { kind: 'unsettled' }
  | { kind: 'died'; message: string };

/**
 * The code that a thread starts with. Bundled it is `load_worker.js`; run from source it is
 * TypeScript, which a thread of Node 20 cannot start with, so jiti does.
 */
function entryOfThread(): { entry: URL | string; eval: boolean } {
  const bundled = new URL('./load_worker.js', import.meta.url);
  if (!import.meta.url.endsWith('.ts')) return { entry: bundled, eval: false };
  const source = JSON.stringify(fileURLToPath(new URL('./load_worker.ts', import.meta.url)));
  const jiti = JSON.stringify(createRequire(import.meta.url).resolve('jiti'));
  return { entry: `require(${jiti}).createJiti(${source}).import(${source})`, eval: true };
}

function startThread(request: LoadRequest, memoryMegabytes: number): Worker {
  const { entry, eval: isText } = entryOfThread();
  const worker = new Worker(entry, {
    eval: isText,
    workerData: request,
    // What a config prints is talk, and stdout is data.
    stdout: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
    execArgv: [],
  });
  worker.stdout.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  return worker;
}

const answerKinds = ['value', 'nothing', 'repeated', 'threw', 'exited'];

function isAnswer(message: unknown): message is LoadAnswer {
  const answer = message as Partial<LoadAnswer> | null | undefined;
  return answerKinds.includes(String(answer?.kind)) && Array.isArray(answer?.dependencies);
}

/** Waits for the first answer, the end of the thread, or a limit; then ends the thread. */
async function runThread(request: LoadRequest, options: LoadOptions): Promise<Outcome> {
  const memoryMegabytes = options.memoryMegabytes ?? defaultMemoryMegabytes;
  const memoryBefore = process.memoryUsage.rss();
  const worker = startThread(request, memoryMegabytes);
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<Outcome>((settle) => {
      // The config shares the thread, so a message may be its own.
      worker.on('message', (message: unknown) => {
        if (isAnswer(message)) settle(message);
      });
      worker.once('error', (error: NodeJS.ErrnoException) => {
        const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        settle(isMemory ? { kind: 'memory' } : { kind: 'died', message: error.message });
      });
      worker.once('exit', (code) => {
        const died = { kind: 'died' as const, message: `its thread ended with ${code}` };
        settle(unsettledExitCodes.includes(code) ? { kind: 'unsettled' } : died);
      });
      const deadline = options.deadlineMilliseconds ?? defaultDeadlineMilliseconds;
      timers.push(setTimeout(() => settle({ kind: 'deadline' }), deadline));
      timers.push(
        setInterval(() => {
          const grown = process.memoryUsage.rss() - memoryBefore;
          // The heap has its own limit; this is for buffers, which lie outside of it.
          if (grown > 2 * memoryMegabytes * bytesPerMegabyte) settle({ kind: 'memory' });
        }, memoryCheckMilliseconds),
      );
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await worker.terminate();
  }
}

/** The innermost place of a stack that lies in the user's own files. */
function placeInStack(stack: string, own: string): Place | undefined {
  for (const line of stack.split('\n')) {
    const match = /(?:^|[\s(])((?:file:\/\/)?\/[^()]+?):(\d+):(\d+)\)?\s*$/.exec(line);
    if (match === null) continue;
    const file = match[1]?.startsWith('file:') ? fileURLToPath(match[1]) : (match[1] ?? '');
    if (/[\\/]node_modules[\\/]/.test(file) || file.startsWith(own)) continue;
    const place = {
      file,
      line: Math.max(1, Number(match[2])),
      column: Number(match[3]),
      length: 1,
    };
    // What runs has its lines from the source, but begins with a prologue on the first of them.
    return place.line === 1 ? { ...place, column: 1 } : place;
  }
  return undefined;
}

/** The place of an import, found by its text in one of the files that were loaded. */
async function placeOfImport(specifier: string, files: readonly string[]) {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const quote of ["'", '"', '`']) {
      const offset = text.indexOf(`${quote}${specifier}${quote}`);
      if (offset < 0) continue;
      return { file, ...positionOf(text, offset), length: specifier.length + 2 };
    }
  }
  return undefined;
}

async function afterThrow(
  answer: Extract<LoadAnswer, { kind: 'threw' }>,
  file: string,
): Promise<Diagnostic> {
  const firstLine = answer.message.split('\n')[0] ?? '';
  const parse = /^(?:\w+: )?ParseError:\s*(.*?)\s*$/.exec(firstLine);
  const own = dirname(fileURLToPath(import.meta.url));
  const place = placeInStack(answer.stack, own) ?? { file, line: 1, column: 1, length: 1 };
  if (parse !== null) {
    const reason = (parse[1] ?? '').replace(/[.\s]+$/, '');
    return diagnostic('LOOM1004', { reason: reason || 'unexpected text' }, { place });
  }
  if (answer.missing !== undefined) {
    const found = await placeOfImport(answer.missing, [file, ...answer.dependencies]);
    if (found !== undefined) {
      return diagnostic('LOOM1006', { module: answer.missing }, { place: found });
    }
  }
  return diagnostic('LOOM1005', { error: firstLine }, { place });
}

async function afterValue(
  answer: Extract<LoadAnswer, { kind: 'value' }>,
  locate: Locate,
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const { path, kind, limit } of answer.problems) {
    // A path of sixty keys is of no use: its beginning says where to look.
    const where = showPath(limit === undefined ? path : path.slice(0, 3));
    const each =
      limit === undefined
        ? diagnostic('LOOM1012', { where, kind }, { path })
        : diagnostic('LOOM1013', { where, limit }, { path });
    const place = await locate(path);
    found.push(place === undefined ? each : { ...each, place });
  }
  return found;
}

async function afterOutcome(
  outcome: Outcome,
  file: string,
  options: LoadOptions,
  locate: Locate,
): Promise<Diagnostic[]> {
  const place = { file, line: 1, column: 1, length: 1 };
  switch (outcome.kind) {
    case 'value':
      return afterValue(outcome, locate);
    case 'nothing':
      return [diagnostic('LOOM1011', {}, { place })];
    case 'threw':
      return [await afterThrow(outcome, file)];
    case 'repeated':
      return outcome.repeated.map(({ key, first, second }) => {
        const length = key.length;
        return diagnostic(
          'LOOM1014',
          { key },
          {
            place: { file: outcome.file, ...second, length },
            second: { message: 'first here', place: { file: outcome.file, ...first, length } },
          },
        );
      });
    case 'exited':
      return [diagnostic('LOOM1009', { code: outcome.code }, { place })];
    case 'deadline': {
      const milliseconds = options.deadlineMilliseconds ?? defaultDeadlineMilliseconds;
      return [diagnostic('LOOM1007', { seconds: milliseconds / 1000 }, { place })];
    }
    case 'memory': {
      const megabytes = options.memoryMegabytes ?? defaultMemoryMegabytes;
      return [diagnostic('LOOM1010', { megabytes }, { place })];
    }
    case 'unsettled':
      return [diagnostic('LOOM1008', {}, { place })];
    case 'died':
      return [diagnostic('LOOM1005', { error: outcome.message }, { place })];
  }
}

/**
 * Runs a config and gives the plain data that it exports.
 *
 * @throws DiagnosticError with everything that kept it from doing so.
 */
export async function runConfig(
  file: string,
  options: LoadOptions,
  locate: Locate,
): Promise<{ value: unknown; dependencies: string[]; reads: ConfigReads | null }> {
  const cacheFolder = options.cacheFolder ?? defaultCacheFolder(file);
  const outcome = await runThread({ file, cacheFolder }, options);
  const diagnostics = await afterOutcome(outcome, file, options, locate);
  if (diagnostics.length > 0) throw new DiagnosticError(diagnostics);
  if (outcome.kind !== 'value') throw new Error(`no value after ${outcome.kind}`);
  const { value, dependencies, reads } = outcome;
  return { value, dependencies, reads };
}
