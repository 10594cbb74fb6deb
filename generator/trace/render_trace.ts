/** From a lowered program to the files of its profiling build. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { parse } from 'valibot';
import { type CheckedTrace, traceSchema } from '../../schemas/config_trace.ts';
import type { Ir } from '../../schemas/ir.ts';
import type { LoweredProgram } from '../commands/program.ts';
import type { Diagnostic } from '../report/diagnostic.ts';
import type { Files } from '../render.ts';
import { copySources } from './copy_sources.ts';
import { openCppTree } from './cpp_tree.ts';
import { everything, selectionOf, type TraceRules } from './rules.ts';
import { traceFiles } from './trace_files.ts';

/** The rules of the transforms: colours of fds are those of their handlers. */
function rulesOf(trace: CheckedTrace, ir: Ir): TraceRules {
  const colours = new Map<string, number>();
  for (const fd of ir.reactors.flatMap((reactor) => reactor.fds)) {
    const colour = trace.colours[fd.name];
    if (fd.handler !== null && colour !== undefined) colours.set(fd.handler, colour);
  }
  const { include, exclude, minimumBodyLines } = trace;
  return { include, exclude, minimumBodyLines, colours };
}

/** Whether a path, relative to the config, is one that globs name. */
export function isNamed(path: string, globs: readonly string[]): boolean {
  return globs.length > 0 && selectionOf(path, { ...everything, include: globs })('', 1);
}

/** Folders that no glob looks into: packages, what git and loomgen keep, what is emitted. */
function isLeftAlone(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.');
}

/** The files below `folder` that globs name, absolute, in the order of their names. */
export function namedFiles(
  folder: string,
  globs: readonly string[],
  outs: readonly string[],
): string[] {
  if (globs.length === 0) return [];
  const found: string[] = [];
  const open = [folder];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      const path = join(place, entry.name);
      if (entry.isDirectory() && !isLeftAlone(entry.name) && !outs.includes(path)) open.push(path);
      const way = relative(folder, path).split(sep).join('/');
      if (entry.isFile() && isNamed(way, globs)) found.push(path);
    }
  }
  return found.sort();
}

/** Copies of the TypeScript that the config declares. */
async function typescriptOf(
  { out, plainOut, folder }: LoweredProgram,
  globs: readonly string[],
  rules: TraceRules,
): Promise<{ files: Files; diagnostics: Diagnostic[] }> {
  const paths = namedFiles(folder, globs, [out, plainOut]);
  if (paths.length === 0) return { files: new Map(), diagnostics: [] };
  const sources = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
  // It brings the whole of ts-morph.
  const { copyTypeScript } = await import('./typescript_copies.ts');
  return copyTypeScript({ sources, folder, plainOut, traceOut: out, rules });
}

/** Renders `program` for profiling; the diagnostics are warnings. */
export async function renderTrace(
  program: LoweredProgram,
): Promise<{ files: Files; diagnostics: Diagnostic[] }> {
  const { ir, out, folder } = program;
  const trace = program.trace ?? parse(traceSchema, {});
  const rules = rulesOf(trace, ir);
  const isTraced = (path: string): boolean => isNamed(path, trace.sources);
  const cxx = copySources(await openCppTree(), ir, {
    out,
    folder: resolve(folder),
    isTraced,
    rules,
  });
  const typescript = await typescriptOf(program, trace.typescript, rules);
  return {
    files: traceFiles(cxx.ir, trace, new Map([...cxx.files, ...typescript.files])),
    diagnostics: [...cxx.diagnostics, ...typescript.diagnostics],
  };
}
