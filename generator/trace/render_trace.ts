/** From a lowered program to the files of its profiling build. */
import { parse } from 'valibot';
import { type CheckedTrace, traceSchema } from '../../schemas/config_trace.ts';
import type { Ir } from '../../schemas/ir.ts';
import type { LoweredProgram } from '../commands/program.ts';
import type { Diagnostic } from '../report/diagnostic.ts';
import type { Files } from '../render.ts';
import { copySources } from './copy_sources.ts';
import { openCppTree } from './cpp_tree.ts';
import type { TraceRules } from './rules.ts';
import { traceFiles } from './trace_files.ts';

/** The rules of the transforms: colours of fds are those of their handlers. */
function rulesOf(trace: CheckedTrace, ir: Ir): TraceRules {
  const colours = new Map<string, number>();
  for (const fd of ir.reactors.flatMap((reactor) => reactor.fds)) {
    const colour = trace.colours[fd.name];
    if (fd.handler !== null && colour !== undefined) colours.set(fd.handler, colour);
  }
  return {
    include: trace.include,
    exclude: trace.exclude,
    minimumBodyLines: trace.minimumBodyLines,
    colours,
  };
}

/** Renders `program` for profiling; the diagnostics are warnings. */
export async function renderTrace(
  program: LoweredProgram,
): Promise<{ files: Files; diagnostics: Diagnostic[] }> {
  const { ir, out, folder } = program;
  const trace = program.trace ?? parse(traceSchema, {});
  const rules = rulesOf(trace, ir);
  const options = { out, folder, sources: trace.sources, rules };
  const copied = copySources(await openCppTree(), ir, options);
  return {
    files: traceFiles(copied.ir, trace, copied.files),
    diagnostics: copied.diagnostics,
  };
}
