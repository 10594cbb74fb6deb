/** `loomgen inspect`: every table and buffer of a program, without generating it. */
import type { Ir } from '../../schemas/ir.ts';
import { render } from '../render.ts';
import { type Diagnostic, DiagnosticError } from '../report/diagnostic.ts';
import { toJson } from '../report/json.ts';
import { lowerProgram } from './program.ts';
import { data, talkDiagnostics } from './talk.ts';

/** What inspecting a program gave. */
export interface InspectResult {
  /** The representation; null when the config is wrong. */
  ir: Ir | null;
  /** The text of map.txt; null when the config is wrong. */
  map: string | null;
  diagnostics: readonly Diagnostic[];
}

/**
 * Looks into a program.
 *
 * @param config its path, relative to `directory` (default: the working directory).
 */
export async function inspect(
  config: string,
  out?: string,
  directory: string = process.cwd(),
): Promise<InspectResult> {
  try {
    const { ir, diagnostics } = await lowerProgram({ config, out, directory });
    return { ir, map: render(ir).get('map.txt') ?? null, diagnostics };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { ir: null, map: null, diagnostics: error.diagnostics };
  }
}

/** Prints a program's map, or its representation as JSON; gives the exit code. */
export async function runInspect(given: {
  config: string;
  out: string | undefined;
  json?: boolean | undefined;
}): Promise<number> {
  const { ir, map, diagnostics } = await inspect(given.config, given.out);
  if (ir === null) {
    if (given.json) data(JSON.stringify({ diagnostics: toJson(diagnostics) }, null, 2));
    else talkDiagnostics(diagnostics);
    return 2;
  }
  talkDiagnostics(diagnostics);
  process.stdout.write(given.json ? `${JSON.stringify(ir, null, 2)}\n` : (map ?? ''));
  return 0;
}
