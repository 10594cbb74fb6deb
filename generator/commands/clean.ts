/** `loomgen clean`: removes what `build` made, and nothing else. */
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Preset } from '../compile.ts';
import { removePackage } from '../package_files.ts';
import { manifestName, plan, type PlanEntry } from '../plan.ts';
import { type Diagnostic, DiagnosticError, diagnostic } from '../report/diagnostic.ts';
import { toJson } from '../report/json.ts';
import { FolderError, observe, removeFiles, removeFolderIfEmpty } from '../write.ts';
import { folderDiagnostic } from './folder_diagnostic.ts';
import { lowerProgram } from './program.ts';
import { data, shownPath, talk, talkDiagnostics } from './talk.ts';

/** What to clean. */
export interface CleanOptions {
  /** The config, which names the output folder; not read when `out` is given. */
  config?: string | undefined;
  /** The output folder itself. */
  out?: string | undefined;
  /** The working directory; default the process's. */
  directory?: string | undefined;
}

/** What was cleaned. */
export interface CleanResult {
  /** The output folder, absolute; null when it is not known. */
  out: string | null;
  /** Removed and kept files, relative to it. */
  entries: PlanEntry[];
  /** Whether there was a build folder to remove. */
  removedBuild: boolean;
  diagnostics: Diagnostic[];
}

/** The folder that CMake builds in, below the output folder; a folder in it for each preset. */
const buildFolder = 'build';
const presets: readonly Preset[] = ['release', 'debug', 'asan', 'tsan'];

/**
 * Removes every file that the manifest lists and whose bytes are still the manifest's, and
 * CMake's folders. Files that were edited by hand stay and are reported.
 */
export async function clean(options: CleanOptions = {}): Promise<CleanResult> {
  const directory = options.directory ?? process.cwd();
  const result: CleanResult = { out: null, entries: [], removedBuild: false, diagnostics: [] };
  try {
    const config = options.config ?? 'loom.config.ts';
    result.out =
      options.out === undefined
        ? (await lowerProgram({ config, directory })).out
        : resolve(directory, options.out);
    cleanFolder(result.out, result);
  } catch (error) {
    if (error instanceof DiagnosticError) result.diagnostics.push(...error.diagnostics);
    else if (error instanceof FolderError) {
      result.diagnostics.push(folderDiagnostic(error, result.out));
    } else throw error;
  }
  return result;
}

function cleanFolder(out: string, result: CleanResult): void {
  // Without a manifest nothing here is known to be loomgen's, CMake's folder included.
  if (!existsSync(join(out, manifestName))) return;
  const { entries } = plan(new Map(), observe(out, []));
  result.entries = entries;
  const removed = entries.filter(({ action }) => action === 'remove').map(({ path }) => path);
  removeFiles(out, [...removed, manifestName]);
  removePackage(out);
  result.removedBuild = removeBuilds(join(out, buildFolder));
  for (const { path, action, note } of entries) {
    if (action !== 'kept' || note !== 'edited by hand') continue;
    result.diagnostics.push(diagnostic('LOOM2012', { file: shownPath(join(out, path)) }));
  }
  removeFolderIfEmpty(out);
}

/** Removes what CMake made for each preset; whether there was any. The rest is somebody else's. */
function removeBuilds(folder: string): boolean {
  const made = presets
    .map((preset) => join(folder, preset))
    .filter((each) => existsSync(join(each, 'CMakeCache.txt')));
  for (const each of made) rmSync(each, { recursive: true, force: true });
  removeFolderIfEmpty(folder);
  return made.length > 0;
}

/** Cleans and prints; gives the exit code. */
export async function runClean(given: {
  config: string;
  out: string | undefined;
  json?: boolean | undefined;
  quiet?: boolean | undefined;
  verbose?: boolean | undefined;
}): Promise<number> {
  const result = await clean(given);
  const exitCode = result.diagnostics.some(({ severity }) => severity === 'error') ? 2 : 0;
  const removed = result.entries.filter(({ action }) => action === 'remove');
  if (given.json) {
    const { out, entries, removedBuild } = result;
    const shown = out === null ? null : shownPath(out);
    const document = { command: 'clean', exitCode, out: shown, entries, removedBuild };
    data(JSON.stringify({ ...document, diagnostics: toJson(result.diagnostics) }, null, 2));
    return exitCode;
  }
  if (given.verbose) for (const { path } of removed) talk(`remove ${path}`);
  talkDiagnostics(result.diagnostics);
  if (exitCode === 0 && !given.quiet && result.out !== null) {
    const build = result.removedBuild ? ' and the build folder' : '';
    talk(`${removed.length} files${build} removed from ${shownPath(result.out)}`);
  }
  return exitCode;
}
