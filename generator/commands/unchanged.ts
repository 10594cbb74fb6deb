/**
 * A build in which nothing has changed, found out without loading the config, the templates or
 * what reads them. Everything that the last build was made of is compared with what is there now;
 * whatever cannot be compared, or is different, is left to the whole build.
 */
import { statSync } from 'node:fs';
import { textHash, variableHash } from '../collect_reads.ts';
import type { CompileOptions, Preset } from '../compile.ts';
import { isPackaged } from '../package_files.ts';
import { manifestName, sha256 } from '../plan.ts';
import {
  compileMark,
  installationMark,
  type ProgramInputs,
  readStamp,
  type Stamp,
  type StampKey,
} from '../stamp.ts';
import { listHash, namedScripts } from '../trace/named_files.ts';
import { observe } from '../write.ts';
import type { BuildResult, CompiledProgram } from './build.ts';

/** What is asked for, beside the key. */
export interface UnchangedOptions {
  /** Whether files may be written; a build that only looks says that it wrote none. */
  writes: boolean;
  /** What to compile; null: nothing. */
  preset: Preset | null;
}

/** Whether a file or a folder is where it was. */
function exists({ path, wanted }: ProgramInputs['paths'][number]): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return (wanted === 'file' ? found?.isFile() : found?.isDirectory()) === true;
}

/** Whether everything that decided a program is as it was. */
function areSame({ reads, paths, named }: ProgramInputs): boolean {
  return (
    Object.entries(reads.files).every(([file, hash]) => textHash(file) === hash) &&
    Object.entries(reads.variables).every(
      ([name, hash]) => variableHash(name, process.env) === hash,
    ) &&
    paths.every(exists) &&
    (named === undefined || listHash(namedScripts(named)) === named.hash)
  );
}

/** The paths of the output, sorted; null when one is not as it was made or a stranger is there. */
function outputPaths({ out, manifest }: Stamp): string[] | null {
  const state = observe(out, [manifestName]);
  if (sha256(state.files.get(manifestName) ?? '') !== manifest) return null;
  if (state.files.size !== state.manifest.size + 1) return null;
  for (const [path, hash] of state.manifest) {
    const text = state.files.get(path);
    if (text === undefined || sha256(text) !== hash) return null;
  }
  return [...state.files.keys()].sort();
}

/** What compiling would say; null when it would do something. */
async function compiledBefore(
  stamp: Stamp,
  preset: Preset,
  paths: readonly string[],
): Promise<CompiledProgram | null> {
  const begin = performance.now();
  const mark = stamp.presets[preset];
  if (mark === undefined || compileMark(stamp.out, preset) !== mark) return null;
  const { out, name, installation, manifest } = stamp;
  const folder = { out, name, preset, targets: [], installation, manifest };
  if (paths.includes('package.json') && !isPackaged(folder)) return null;
  // Only who compiles pays for what starts processes.
  const { artifacts, isCompiled } = await import('../compile.ts');
  const { nodeHeaders } = await import('../node_headers.ts');
  const options: CompileOptions = {
    out: stamp.out,
    preset,
    environment: process.env,
    nodeHeaders: nodeHeaders(),
    target: null,
    onCommand: () => {},
    onProgress: () => {},
  };
  if (!(await isCompiled(options))) return null;
  return {
    preset,
    configured: false,
    steps: 0,
    milliseconds: Math.round(performance.now() - begin),
    artifacts: artifacts(stamp.name, stamp.out, preset),
  };
}

/**
 * The result of a build that would change nothing.
 *
 * @returns what `build` would return; null when it has to be asked.
 */
export async function unchangedBuild(
  key: StampKey,
  options: UnchangedOptions,
): Promise<BuildResult | null> {
  const stamp = readStamp(key);
  if (stamp === null) return null;
  try {
    if (stamp.installation !== installationMark() || !areSame(stamp.inputs)) return null;
    const paths = outputPaths(stamp);
    if (paths === null) return null;
    const compiled =
      options.preset === null ? null : await compiledBefore(stamp, options.preset, paths);
    if (options.preset !== null && compiled === null) return null;
    return {
      status: 'ok',
      exitCode: 0,
      name: stamp.name,
      out: stamp.out,
      plan: {
        entries: paths.map((path) => ({ path, action: 'same' as const })),
        conflicts: [],
        stale: false,
      },
      written: options.writes,
      noStandalone: stamp.noStandalone,
      compiled,
      targets: [],
      diagnostics: [],
    };
  } catch {
    // What cannot be read is the whole build's to report.
    return null;
  }
}
