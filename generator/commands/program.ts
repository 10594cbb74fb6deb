/**
 * From a file to a representation: what `build`, `inspect` and `clean` have in common. This is the
 * pure half of the pipeline, load → check → lower, with the paths that tie it to a folder.
 */
import { dirname, isAbsolute, posix, relative, resolve, sep } from 'node:path';
import type { Ir, IrBackend } from '../../schemas/ir.ts';
import { check } from '../check.ts';
import { type Loaded, load } from '../load.ts';
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
}

/** A program and the folder it is generated into. */
export interface LoweredProgram {
  ir: Ir;
  /** The output folder, absolute. */
  out: string;
  /** Warnings; errors are thrown. */
  diagnostics: Diagnostic[];
}

/**
 * Loads, checks and lowers a program.
 *
 * @throws DiagnosticError with every diagnostic, when one of them is an error.
 */
export async function lowerProgram(options: ProgramOptions): Promise<LoweredProgram> {
  const loaded = await load(resolve(options.directory, options.config));
  const out = options.out === undefined ? null : resolve(options.directory, options.out);
  const lowered = loaded.kind === 'ir' ? lowerIr(loaded, out) : lowerConfig(loaded, out);
  return { ...lowered, ir: withBackends(lowered.ir, options.backend) };
}

/** The way from one folder to another, with forward slashes; `.` when they are the same. */
function pathBetween(from: string, to: string): string {
  const path = relative(from, to).split(sep).join('/');
  return path === '' ? '.' : path;
}

function lowerConfig(loaded: Loaded, chosenOut: string | null): LoweredProgram {
  const { config, diagnostics } = check(loaded);
  if (config === undefined || hasErrors(diagnostics)) throw new DiagnosticError(diagnostics);
  const folder = dirname(loaded.file);
  const out = chosenOut ?? resolve(folder, config.out);
  const ir = lower(config, { outToConfig: pathBetween(out, folder) });
  return { ir: { ...ir, config: pathBetween(out, loaded.file) }, out, diagnostics };
}

/** A representation lies in the folder that it was written for; elsewhere its paths must follow. */
function lowerIr(loaded: Loaded, chosenOut: string | null): LoweredProgram {
  const folder = dirname(loaded.file);
  const out = chosenOut ?? folder;
  const ir = loaded.value as Ir;
  const way = pathBetween(out, folder);
  const move = (path: string): string =>
    way === '.' || isAbsolute(path) ? path : posix.normalize(`${way}/${path}`);
  const moved: Ir = {
    ...ir,
    handlersHeader: ir.handlersHeader === null ? null : move(ir.handlersHeader),
    native: {
      pkgConfig: ir.native.pkgConfig,
      sources: ir.native.sources.map(move),
      includeDirectories: ir.native.includeDirectories.map(move),
    },
  };
  if (ir.config !== undefined) moved.config = move(ir.config);
  return { ir: moved, out, diagnostics: [] };
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
  return { ...ir, backends: { linux: [...new Set(wanted)] as IrBackend[] } };
}
