/** From a lowered program to the files of its profiling build. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'valibot';
import { type CheckedTrace, traceSchema } from '../../schemas/config_trace.ts';
import type { Ir } from '../../schemas/ir.ts';
import type { LoweredProgram } from '../commands/program.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import type { Files } from '../render.ts';
import { copySources } from './copy_sources.ts';
import { openCppTree } from './cpp_tree.ts';
import { isNamed, namedScripts } from './named_files.ts';
import type { TraceRules } from './rules.ts';
import { traceFiles } from './trace_files.ts';

/** The rules of the transforms: colours of fds are those of their handlers. Globs that match go
 * into `matched`. */
function rulesOf(trace: CheckedTrace, ir: Ir, matched: Set<string>): TraceRules {
  const colours = new Map<string, number>();
  for (const fd of ir.reactors.flatMap((reactor) => reactor.fds)) {
    const colour = trace.colours[fd.name];
    if (fd.handler !== null && colour !== undefined) colours.set(fd.handler, colour);
  }
  const { include, exclude, minimumBodyLines } = trace;
  return { include, exclude, minimumBodyLines, colours, matched };
}

/** Copies of the TypeScript that the config declares. */
async function typescriptOf(
  { ir, out, plainOut, folder }: LoweredProgram,
  globs: readonly string[],
  rules: TraceRules,
): Promise<{ files: Files; diagnostics: Diagnostic[] }> {
  const paths = namedScripts({ folder, globs, outs: [out, plainOut] });
  if (paths.length === 0) return { files: new Map(), diagnostics: [] };
  const sources = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
  // It brings the whole of ts-morph.
  const { copyTypeScript } = await import('./typescript_copies.ts');
  const packageName = ir.package?.name;
  return copyTypeScript({ sources, folder, plainOut, traceOut: out, rules, packageName });
}

/** What a glob of C++ sources is to match. */
const included = 'file that the handlers or native.sources include';

/** LOOM7011 and LOOM7012, for what the config says of tracing and nothing follows. */
function withoutEffect(
  trace: CheckedTrace,
  { ir, folder, out, plainOut }: LoweredProgram,
  cxxPaths: readonly string[],
  matched: ReadonlySet<string>,
): Diagnostic[] {
  const missing = (key: string, index: number, glob: string, wanted: string): Diagnostic =>
    diagnostic('LOOM7011', { glob, wanted }, { path: ['trace', key, index] });
  const sources = trace.sources.flatMap((glob, index) => {
    const isUsed = cxxPaths.some((path) => isNamed(path, [glob]));
    return isUsed ? [] : [missing('sources', index, glob, included)];
  });
  const outs = [out, plainOut];
  const scripts = trace.typescript.flatMap((glob, index) => {
    const isUsed = namedScripts({ folder, globs: [glob], outs }).length > 0;
    return isUsed ? [] : [missing('typescript', index, glob, 'TypeScript or JavaScript')];
  });
  const rules = (['include', 'exclude'] as const).flatMap((key) =>
    trace[key].flatMap((glob, index) =>
      matched.has(glob) ? [] : [missing(key, index, glob, 'path or name of what is traced')],
    ),
  );
  const fds = ir.reactors.flatMap((reactor) => reactor.fds.map(({ name }) => name));
  const colours = Object.keys(trace.colours).filter((name) => !fds.includes(name));
  const known = fds.length === 0 ? 'there are none' : fds.join(', ');
  return [
    ...sources,
    ...scripts,
    ...rules,
    ...colours.map((name) =>
      diagnostic('LOOM7012', { name, known }, { path: ['trace', 'colours', name], anchor: 'key' }),
    ),
  ];
}

/** The lines of fds and pools in the config. */
async function linesOf({ ir, locate }: LoweredProgram): Promise<Map<string, number>> {
  const fds = ir.reactors.flatMap((reactor) => reactor.fds.map(({ name }) => ['fds', name]));
  const offloads = ir.reactors.flatMap((reactor) => reactor.offloads ?? []);
  const pools = offloads.map(({ pool }) => ['pools', pool]);
  const lines = new Map<string, number>();
  for (const path of [...fds, ...pools]) {
    const place = await locate(path, 'key');
    if (place !== undefined) lines.set(path.join('.'), place.line);
  }
  return lines;
}

/** Renders `program` for profiling; the diagnostics are warnings. */
export async function renderTrace(
  program: LoweredProgram,
): Promise<{ files: Files; diagnostics: Diagnostic[] }> {
  const { ir, out, folder } = program;
  const trace = program.trace ?? parse(traceSchema, {});
  const matched = new Set<string>();
  const rules = rulesOf(trace, ir, matched);
  const cxxPaths: string[] = [];
  const isTraced = (path: string): boolean => {
    cxxPaths.push(path);
    return isNamed(path, trace.sources);
  };
  const cxx = copySources(await openCppTree(), ir, {
    out,
    folder: resolve(folder),
    isTraced,
    rules,
  });
  const typescript = await typescriptOf(program, trace.typescript, rules);
  const sources = new Map([...cxx.files, ...typescript.files]);
  return {
    files: traceFiles(cxx.ir, trace, sources, await linesOf(program)),
    diagnostics: [
      ...cxx.diagnostics,
      ...typescript.diagnostics,
      ...(await program.locateAll(withoutEffect(trace, program, cxxPaths, matched))),
    ],
  };
}
