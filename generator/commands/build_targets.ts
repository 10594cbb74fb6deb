/**
 * `loomgen build --target`: one addon for each target, in prebuilds/. All targets are looked at
 * before the first is compiled, so that what is missing is said in a second and not after minutes.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { targets } from '../../schemas/targets.ts';
import { thisMachine } from '../../templates/bindings/prebuilds.ts';
import { type AddonFacts, checkAddon, executableMistake, loadAddonOnce } from '../check_addon.ts';
import { compile } from '../compile.ts';
import { type System, thisSystem } from '../doctor/system.ts';
import { nodeHeaders } from '../node_headers.ts';
import { DiagnosticError, diagnostic } from '../report/diagnostic.ts';
import { checkStacks } from '../stack_usage.ts';
import { type ChosenTarget, chooseTargets, prepareTarget } from '../target_build.ts';
import { isHere } from '../toolchain.ts';
import type { BuildOptions } from './build.ts';
import { compileDiagnostic } from './compile_diagnostic.ts';
import type { LoweredProgram } from './program.ts';

/** What became of one target. */
export interface TargetResult extends AddonFacts {
  target: string;
  compiler: 'native' | 'cross' | 'zig';
  /** The addon, relative to the output folder. */
  file: string;
  /** The program without Node, where it was made too; relative to the output folder, or null. */
  executable: string | null;
  /** By what it was loaded, such as `Node 20.20.2 under qemu-user`; null when it was not. */
  loadedBy: string | null;
  /** Why it was not loaded; empty when it was. */
  notLoaded: string;
  milliseconds: number;
}

/** A command line that asks for targets in a way that means nothing. */
function usageError(reason: string, hint: string): DiagnosticError {
  return new DiagnosticError([diagnostic('LOOM2014', { reason, hint })]);
}

/**
 * Names of the targets asked for; none for `host` alone. Beside others `host` is a target as well.
 *
 * @throws DiagnosticError for a list without a name, and for a preset that targets do not have.
 */
export function targetNames({ target = 'host', preset }: BuildOptions): string[] {
  const names = target.split(',').filter((each) => each !== '');
  if (names.length === 0) {
    const hint = 'Type: loomgen build --target host, or names such as linux-x64,linux-arm64';
    throw usageError(`There is no target in --target '${target}'`, hint);
  }
  if (names.every((name) => name === 'host')) return [];
  if (preset !== undefined && preset !== 'release') {
    const hint = `Leave out --${preset}, or --target: only host has builds of that kind`;
    throw usageError(`--target makes what is shipped, which is never a ${preset} build`, hint);
  }
  const here = thisMachine();
  const own = targets.find((each) => isHere(each, here))?.name ?? 'host';
  return names.map((name) => (name === 'host' ? own : name));
}

/** The targets of names, with their compilers. @throws DiagnosticError when one is missing. */
export function targetsOf(names: readonly string[], options: BuildOptions): ChosenTarget[] {
  if (names.length === 0) return [];
  const system = thisSystem(options.environment ?? process.env);
  const given = { isStatic: options.static === true, prefersZig: options.zig === true };
  return chooseTargets(names, system, thisMachine(), given);
}

/** Stops when an addon is not what its target needs; `hint` says what may help. */
function refuse(file: string, target: string, reason: string, hint: string): never {
  throw new DiagnosticError([diagnostic('LOOM2033', { file, target, reason, hint })]);
}

/** Looks at a compiled addon and loads it, where that can be done. */
function examine(
  { target, toolchain }: ChosenTarget,
  { ir, out }: LoweredProgram,
  executable: string | null,
  system: System,
): Omit<TargetResult, 'milliseconds'> {
  const file = `build/${target.name}/${ir.name}.node`;
  const path = join(out, file);
  const bug = 'Please report it with the config: this is a bug of loomgen';
  if (!existsSync(path)) {
    const hint = 'Type: npm install node-addon-api node-api-headers';
    refuse(file, target.name, 'it was not made, without the headers of Node-API', hint);
  }
  const verdict = checkAddon(path, target, toolchain.glibc);
  if ('mistake' in verdict) refuse(file, target.name, verdict.mistake, bug);
  if (executable !== null) {
    const mistake = executableMistake(join(out, executable), target);
    if (mistake !== null) refuse(executable, target.name, mistake, bug);
  }
  const which = { target, isHere: isHere(target, thisMachine()) };
  const loading = loadAddonOnce(path, ir.name, which, system);
  if (loading.by !== null && !loading.isLoaded) {
    refuse(file, target.name, `${loading.by} does not load it: ${loading.why}`, bug);
  }
  const loaded = { loadedBy: loading.by, notLoaded: loading.why };
  return {
    target: target.name,
    compiler: toolchain.kind,
    file,
    executable,
    ...verdict.facts,
    ...loaded,
  };
}

/** Compiles for every target, and looks at what came of it. @throws DiagnosticError */
export async function compileTargets(
  chosen: readonly ChosenTarget[],
  options: BuildOptions,
  program: LoweredProgram,
): Promise<TargetResult[]> {
  const environment = options.environment ?? process.env;
  const { out, ir } = program;
  const isStatic = options.static === true;
  const libuv = nodeHeaders()?.libuv ?? null;
  const given = { ir, out, isStatic, libuv };
  const prepared = chosen.map((each) => prepareTarget(each, given, environment));
  const results: TargetResult[] = [];
  for (const [index, target] of prepared.entries()) {
    const each = chosen[index];
    if (each === undefined) break;
    const begin = performance.now();
    const { failure } = await compile({
      ...{ out, preset: 'release', environment, target, nodeHeaders: nodeHeaders() },
      onCommand: options.onCommand ?? (() => {}),
      onProgress: options.onProgress ?? (() => {}),
    });
    if (failure !== null) throw new DiagnosticError([compileDiagnostic(failure, out, 'release')]);
    const { diagnostics, notes } = checkStacks(ir, join(out, target.folder));
    for (const note of notes) options.onNote?.(`${each.target.name}: ${note}`);
    if (diagnostics.length > 0) throw new DiagnosticError(await program.locateAll(diagnostics));
    const facts = examine(each, program, target.executable, thisSystem(environment));
    results.push({ ...facts, milliseconds: Math.round(performance.now() - begin) });
  }
  return results;
}
