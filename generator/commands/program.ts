/**
 * From a file to a representation: what `build`, `inspect` and `clean` have in common. These are
 * the stages load → check → lower, with the paths that tie a program to a folder.
 */
import { dirname, relative, resolve, sep } from 'node:path';
import type { Ir, IrBackend } from '../../schemas/ir.ts';
import { check } from '../check.ts';
import {
  checkFiles,
  checkIrFiles,
  checkOutPath,
  irNamedPaths,
  type NamedPath,
  namedPaths,
  rebaseIr,
} from '../check_files.ts';
import type { CheckedTrace } from '../../schemas/config_trace.ts';
import type { ProgramInputs } from '../stamp.ts';
import { type Loaded, type Locate, load, locateAll } from '../load.ts';
import { lower } from '../lower.ts';
import { type Diagnostic, DiagnosticError, diagnostic, hasErrors } from '../report/diagnostic.ts';

/** What narrows a program down. */
export interface ProgramOptions {
  /** The config or loom.ir.json, relative to `directory`. */
  config: string;
  /** The output folder, relative to `directory`; wins over the config's. */
  out?: string | undefined;
  /** Backends in order of preference; a part of the config's. */
  backend?: readonly string[] | undefined;
  /** The working directory. */
  directory: string;
  /** What is put behind the name of the output folder that the config names; default nothing. */
  suffix?: string | undefined;
}

/** A program and the folder it is generated into. */
export interface LoweredProgram {
  ir: Ir;
  /** The output folder, absolute. */
  out: string;
  /** Warnings, with their places; errors are thrown. */
  diagnostics: Diagnostic[];
  /** What decided all of this; null when that is not known for certain. */
  inputs: ProgramInputs | null;
  /** The output folder of the same program without `suffix`, absolute. */
  plainOut: string;
  /** The folder of the config or IR, absolute. */
  folder: string;
  /** What the config says of profiling builds; null: nothing, or an IR does not say. */
  trace: CheckedTrace | null;
  /** Gives diagnostics of later stages their places in the config. */
  locateAll: (diagnostics: readonly Diagnostic[]) => Promise<Diagnostic[]>;
  /** Where something is in the config. */
  locate: Locate;
}

/** A program without the way back to its source. */
export type Lowered = Omit<LoweredProgram, 'locateAll' | 'locate'>;

/**
 * Loads, checks and lowers a program.
 *
 * @throws DiagnosticError with every diagnostic, when one of them is an error.
 */
export async function lowerProgram(options: ProgramOptions): Promise<LoweredProgram> {
  const loaded = await load(resolve(options.directory, options.config));
  const out = options.out === undefined ? null : resolve(options.directory, options.out);
  const lowered =
    loaded.kind === 'ir'
      ? await lowerIr(loaded, out, options.suffix)
      : await lowerConfig(loaded, out, options.suffix);
  return {
    ...lowered,
    ir: withBackends(lowered.ir, options.backend),
    locateAll: (diagnostics) => locateAll(diagnostics, loaded.locate),
    locate: loaded.locate,
  };
}

/** The way from one folder to another, with forward slashes; `.` when they are the same. */
function pathBetween(from: string, to: string): string {
  const path = relative(from, to).split(sep).join('/');
  return path === '' ? '.' : path;
}

/** What decides a program that names these paths, relative to `folder`. */
function inputsOf(
  { reads }: Loaded,
  named: readonly NamedPath[],
  folder: string,
): ProgramInputs | null {
  if (reads === null) return null;
  const paths = named.map(({ text, wanted }) => ({ path: resolve(folder, text), wanted }));
  return { reads, paths };
}

/**
 * Checks and lowers a config that was loaded.
 *
 * @param chosenOut the output folder, absolute; null: the config's own, with `suffix` behind it.
 * @throws DiagnosticError with every diagnostic, when one of them is an error.
 */
export async function lowerConfig(
  loaded: Loaded,
  chosenOut: string | null,
  suffix = '',
): Promise<Lowered> {
  const { config, diagnostics } = check(loaded.value);
  if (config === undefined) {
    throw new DiagnosticError(await locateAll(diagnostics, loaded.locate));
  }
  const folder = dirname(loaded.file);
  const plainOut = resolve(folder, config.out);
  const out = chosenOut ?? plainOut + suffix;
  const outToConfig = pathBetween(out, folder);
  diagnostics.push(...(await checkFiles(config, loaded.file)));
  diagnostics.push(...checkOutPath(pathBetween(out, loaded.file)));
  const reported = await locateAll(diagnostics, loaded.locate);
  if (hasErrors(reported)) throw new DiagnosticError(reported);
  const ir: Ir = { ...lower(config, { outToConfig }), config: pathBetween(out, loaded.file) };
  const inputs = inputsOf(loaded, namedPaths(config), folder);
  const { trace } = config;
  return { ir: inOrder(ir), out, plainOut, diagnostics: reported, inputs, folder, trace };
}

/** A representation lies in the folder that it was written for; elsewhere its paths must follow. */
async function lowerIr(
  loaded: Loaded & { kind: 'ir' },
  chosenOut: string | null,
  suffix = '',
): Promise<Lowered> {
  const folder = dirname(loaded.file);
  const out = chosenOut ?? folder + suffix;
  const reported = await locateAll(await checkIrFiles(loaded.value, folder), loaded.locate);
  if (hasErrors(reported)) throw new DiagnosticError(reported);
  const ir = rebaseIr(loaded.value, pathBetween(out, folder));
  if (ir.config !== undefined) ir.config = pathBetween(out, resolve(folder, ir.config));
  const inputs = inputsOf(loaded, irNamedPaths(loaded.value), folder);
  return {
    ...{ ir: inOrder(ir), out, plainOut: folder, diagnostics: reported, inputs },
    ...{ folder, trace: null },
  };
}

/** The keys of the representation in the order of their declaration, wherever it comes from. */
function inOrder(ir: Ir): Ir {
  const { abi, name, config, ...rest } = ir;
  return config === undefined ? { abi, name, ...rest } : { abi, name, config, ...rest };
}

/** Narrows the backends to those asked for, in the order asked for. */
function withBackends(ir: Ir, wanted: readonly string[] | undefined): Ir {
  if (wanted === undefined) return ir;
  const known: readonly string[] = ir.backends.linux;
  const unknown = wanted.filter((backend) => !known.includes(backend));
  if (unknown.length > 0 || wanted.length === 0) {
    const holes = { backend: unknown[0] ?? '', known: known.join(', ') };
    throw new DiagnosticError([diagnostic('LOOM2002', holes)]);
  }
  return { ...ir, backends: { ...ir.backends, linux: [...new Set(wanted)] as IrBackend[] } };
}
