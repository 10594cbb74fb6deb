/**
 * `loomgen build`: a config becomes an output folder, and the folder becomes a `.node` and an
 * executable. The function is the command; printing is build_output.ts.
 */
import { join } from 'node:path';
import { checkHandlers } from '../blocking/step.ts';
import { artifacts, compile, type Preset } from '../compile.ts';
import { nodeHeaders } from '../node_headers.ts';
import { manifestName, type Plan, plan, sha256 } from '../plan.ts';
import { removePackage, StrangerError, writePackage } from '../package_files.ts';
import { type Files, render, whyNotStandalone } from '../render.ts';
import { type Diagnostic, DiagnosticError, diagnostic, hasErrors } from '../report/diagnostic.ts';
import { checkStacks } from '../stack_usage.ts';
import { compileMark, installationMark, type StampKey, stampKey, writeStamp } from '../stamp.ts';
import { traceSuffix } from '../trace/named_files.ts';
import { FolderError, observe, write } from '../write.ts';
import { checkTypeScript } from './build_checks.ts';
import { defaultConfig, keptDiagnostics, markStale, refuseConflicts, shown } from './build_plan.ts';
import { compileTargets, targetNames, type TargetResult, targetsOf } from './build_targets.ts';
import { refuseUnnamed } from '../target_build.ts';
import { compileDiagnostic } from './compile_diagnostic.ts';
import { folderDiagnostic } from './folder_diagnostic.ts';
import { type LoweredProgram, lowerProgram } from './program.ts';
import type { Environment } from '../environment.ts';

/** What to build, and how far to go. Everything has a default. */
export interface BuildOptions {
  /** The config or loom.ir.json; default `loom.config.ts`. */
  config?: string | undefined;
  /** The output folder; wins over the config's `out`. Relative to `directory`. */
  out?: string | undefined;
  /** What to compile for: `host` (default), or targets with commas between them. */
  target?: string | undefined;
  /** Link liburing and libstdc++ into the addons of targets also where this machine has them. */
  static?: boolean | undefined;
  /** Compile targets by zig wherever it can, for its older glibc. */
  zig?: boolean | undefined;
  /** Backends in order of preference, a part of the config's. */
  backend?: readonly string[] | undefined;
  /** The CMake preset; default `release`. */
  preset?: Preset | undefined;
  /** Whether to compile; default true. */
  compile?: boolean | undefined;
  /** Build for profiling, into a folder of its own: see docs/PROFILING.md. */
  trace?: boolean | undefined;
  /** Write nothing; `stale` when a build would change anything. */
  check?: boolean | undefined;
  /** Write nothing; only plan. */
  dryRun?: boolean | undefined;
  /** Overwrite files that were edited by hand or are not loomgen's. */
  force?: boolean | undefined;
  /** The working directory; default the process's. */
  directory?: string | undefined;
  /** The environment of compilers; default the process's. */
  environment?: Environment | undefined;
  /** Called with each command before it runs. */
  onCommand?: (command: string) => void;
  /** Called while compiling: steps done, steps in all. */
  onProgress?: (done: number, all: number) => void;
  /** Called with what was found out and is no mistake, for people who want to know more. */
  onNote?: (note: string) => void;
}

/** What compiling made. */
export interface CompiledProgram {
  preset: Preset;
  /** Whether CMake had to configure. */
  configured: boolean;
  /** Steps that ran; 0 when nothing had changed. */
  steps: number;
  milliseconds: number;
  /** What exists now, relative to the output folder. */
  artifacts: string[];
}

/** What a build did. */
export interface BuildResult {
  status: 'ok' | 'stale' | 'failed';
  /** 0, 2 or 4, as the command exits. */
  exitCode: 0 | 2 | 4;
  /** The program's name; null when it could not be read. */
  name: string | null;
  /** The output folder, absolute; null when it is not known. */
  out: string | null;
  plan: Plan | null;
  /** Whether the plan was carried out. */
  written: boolean;
  /** Why there is no standalone executable; null when there is one or nothing is known. */
  noStandalone: string | null;
  compiled: CompiledProgram | null;
  /** What became of each target, when some were asked for. */
  targets: TargetResult[];
  diagnostics: Diagnostic[];
}

/**
 * Builds a program.
 *
 * @returns also when config or environment are wrong: see `status` and `diagnostics`.
 * @throws only for bugs.
 */
export async function build(options: BuildOptions = {}): Promise<BuildResult> {
  const result: BuildResult = {
    status: 'ok',
    exitCode: 0,
    name: null,
    out: null,
    plan: null,
    written: false,
    noStandalone: null,
    compiled: null,
    targets: [],
    diagnostics: [],
  };
  try {
    await buildStages(options, result);
  } catch (error) {
    const diagnostics = asDiagnostics(error, result.out);
    if (diagnostics === null) throw error;
    result.diagnostics.push(...diagnostics);
    result.status = 'failed';
    result.exitCode = 2;
  }
  return result;
}

/** The stages in their order; `result` is filled as far as they come. */
async function buildStages(options: BuildOptions, result: BuildResult): Promise<void> {
  const compiles = options.compile !== false && options.check !== true && options.dryRun !== true;
  const asked = targetNames(options);
  const chosen = compiles ? targetsOf(asked, options) : [];
  // Before anything of it is used: what is replaced meanwhile must not be taken for what ran.
  const installation = installationMark();
  const program = await lowerProgram({
    config: options.config ?? defaultConfig,
    out: options.out,
    backend: options.backend,
    directory: options.directory ?? process.cwd(),
    suffix: options.trace === true ? traceSuffix : '',
  });
  refuseUnnamed(chosen, program.ir);
  result.name = program.ir.name;
  result.out = program.out;
  result.noStandalone = whyNotStandalone(program.ir);
  result.diagnostics.push(...program.diagnostics);
  result.diagnostics.push(...(await checkHandlers(program, installation)));
  const found = await checkTypeScript(program, keyOf(options), installation);
  if (hasErrors(found)) throw new DiagnosticError(found);
  result.diagnostics.push(...found);
  const files =
    options.trace === true ? await traced(program, result.diagnostics) : render(program.ir);
  result.plan = plan(files, observe(program.out, files.keys()));
  if (options.check === true) {
    if (result.plan.stale) markStale(options, program, result);
    return;
  }
  result.diagnostics.push(...keptDiagnostics(result.plan, program.out, options));
  if (options.force !== true) refuseConflicts(result.plan, program.out, options);
  if (options.dryRun === true) return;
  write(program.out, result.plan, files);
  result.written = true;
  const built = { program, files, installation };
  if (chosen.length > 0) {
    result.targets = await compileTargets(chosen, options, program);
    const names = result.targets.map(({ target }) => target);
    await packageStage(options, built, 'release', names);
    return;
  }
  if (compiles) await compileStage(options, built, result);
  remember(options, built, result);
}

/** Every file of a profiling build; what got no zones goes to `diagnostics`. */
async function traced(program: LoweredProgram, diagnostics: Diagnostic[]): Promise<Files> {
  const { renderTrace } = await import('../trace/render_trace.ts');
  const { files, diagnostics: found } = await renderTrace(program);
  diagnostics.push(...found);
  return files;
}

/** What a build has made so far. */
interface Built {
  program: LoweredProgram;
  files: Files;
  /** From `installationMark`, before anything was used. */
  installation: string | null;
}

function keyOf(options: BuildOptions): StampKey {
  const config = options.config ?? defaultConfig;
  return stampKey({ ...options, config }, options.directory ?? process.cwd());
}

/** Notes what a build was made of, when that is known and a next one would say nothing new. */
function remember(options: BuildOptions, built: Built, result: BuildResult): void {
  const { inputs, out, ir } = built.program;
  const { installation } = built;
  // What is copied into a profiling build is not among the inputs.
  if (options.trace === true) return;
  const hasKept = result.plan?.entries.some(({ action }) => action === 'kept') !== false;
  if (inputs === null || installation === null) return;
  if (hasKept || result.diagnostics.length > 0) return;
  const preset = result.compiled?.preset;
  const mark = preset === undefined ? null : compileMark(out, preset);
  writeStamp({
    key: keyOf(options),
    installation,
    inputs,
    name: ir.name,
    out,
    noStandalone: result.noStandalone,
    manifest: sha256(built.files.get(manifestName) ?? ''),
    presets: preset === undefined || mark === null ? {} : { [preset]: mark },
  });
}

/** Compiles, and turns what failed into a diagnostic. */
async function compileStage(
  options: BuildOptions,
  built: Built,
  result: BuildResult,
): Promise<void> {
  const { program } = built;
  const preset = options.preset ?? 'release';
  const begin = performance.now();
  const compiled = await compile({
    out: program.out,
    preset,
    environment: options.environment ?? process.env,
    nodeHeaders: nodeHeaders(),
    target: null,
    onCommand: options.onCommand ?? (() => {}),
    onProgress: options.onProgress ?? (() => {}),
  });
  if (compiled.failure !== null) {
    throw new DiagnosticError([compileDiagnostic(compiled.failure, program.out, preset)]);
  }
  await packageStage(options, built, preset);
  result.compiled = {
    preset,
    configured: compiled.configured,
    steps: compiled.steps,
    milliseconds: Math.round(performance.now() - begin),
    artifacts: artifacts(program.ir.name, program.out, preset),
  };
  const { diagnostics, notes } = checkStacks(program.ir, join(program.out, 'build', preset));
  for (const note of notes) options.onNote?.(note);
  if (diagnostics.length > 0) throw new DiagnosticError(await program.locateAll(diagnostics));
}

/** Makes an npm package of what was compiled, or takes away what one had. */
async function packageStage(
  options: BuildOptions,
  built: Built,
  preset: Preset,
  targets: readonly string[] = [],
): Promise<void> {
  const { program, files, installation } = built;
  const { ir, out } = program;
  if (ir.package === undefined) {
    removePackage(out);
    return;
  }
  const manifest = sha256(files.get(manifestName) ?? '');
  const folder = { out, name: ir.name, preset, targets, installation, manifest };
  try {
    await writePackage(folder, files, options.force === true);
  } catch (error) {
    if (!(error instanceof StrangerError)) throw error;
    const hint = 'Move it away, or write package: false; build --force overwrites it.';
    const holes = { folder: shown(out, options), file: error.path, hint };
    throw new DiagnosticError([diagnostic('LOOM2013', holes)]);
  }
}

/** What an error says to a user; null when it is a bug. */
function asDiagnostics(error: unknown, out: string | null): readonly Diagnostic[] | null {
  if (error instanceof DiagnosticError) return error.diagnostics;
  return error instanceof FolderError ? [folderDiagnostic(error, out)] : null;
}
