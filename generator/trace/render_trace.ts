/** From a lowered program to the files of its profiling build. */
import { parse } from 'valibot';
import { traceSchema } from '../../schemas/config_trace.ts';
import type { LoweredProgram } from '../commands/program.ts';
import type { Diagnostic } from '../report/diagnostic.ts';
import type { Files } from '../render.ts';
import { traceFiles } from './trace_files.ts';

/** Renders `program` for profiling; the diagnostics are warnings. */
export async function renderTrace(
  program: LoweredProgram,
): Promise<{ files: Files; diagnostics: Diagnostic[] }> {
  const trace = program.trace ?? parse(traceSchema, {});
  return { files: traceFiles(program.ir, trace, new Map()), diagnostics: [] };
}
