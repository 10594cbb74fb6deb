/** Turns what `compile` could not do into a diagnostic: what, why, and the line to type. */
import { relative } from 'node:path';
import type { CompileFailure, Preset } from '../compile.ts';
import { tracyCommands } from '../trace/tracy.ts';
import type { Tool } from '../tools.ts';
import { type Diagnostic, diagnostic, type Place } from '../report/diagnostic.ts';

/** The longest compiler output that is shown, in lines. */
const maximumDetailLines = 40;

/**
 * The diagnostic of a failed compile.
 *
 * @param out the output folder, absolute; the preset is the one that failed.
 */
export function compileDiagnostic(
  failure: CompileFailure,
  out: string,
  preset: Preset,
): Diagnostic {
  switch (failure.kind) {
    case 'tool':
      return toolDiagnostic(failure.tool);
    case 'oldTool': {
      const { found, needed } = failure;
      return failure.tool === 'cmake'
        ? diagnostic('LOOM2004', { found, needed })
        : diagnostic('LOOM2003', { tried: found });
    }
    case 'library':
      return libraryDiagnostic(failure.library, failure.package);
    case 'tracy':
      return tracyDiagnostic(failure.problem, failure.details);
    case 'configure': {
      const command = `cd ${relative(process.cwd(), out) || '.'} && cmake --preset ${preset}`;
      const holes = { error: 'CMake could not configure it.', command };
      return diagnostic('LOOM2008', holes, { details: head(failure.output) });
    }
    case 'compiler': {
      const folder = relative(process.cwd(), out) || '.';
      const command = `cmake --build ${folder}/build/${preset}`;
      const place = placeOf(failure);
      const details = head(failure.output);
      const parts = place === null ? { details } : { details, place };
      return diagnostic('LOOM2008', { error: failure.message, command }, parts);
    }
  }
}

/** A program that is not installed. */
function toolDiagnostic(tool: Tool): Diagnostic {
  switch (tool.name) {
    case 'cmake':
      return diagnostic('LOOM2004', { found: 'none', needed: '3.25' });
    case 'ninja':
      return diagnostic('LOOM2005', {});
    case 'pkg-config':
      return diagnostic('LOOM2016', {});
    default:
      return diagnostic('LOOM2003', { tried: triedPrograms(tool) });
  }
}

/** The names under which a tool was looked for. */
function triedPrograms(tool: Tool): string {
  const chosen = tool.variable === undefined ? undefined : process.env[tool.variable];
  return chosen === undefined || chosen === ''
    ? tool.programs.join(', ')
    : `${tool.variable}=${chosen}`;
}

/** A library that pkg-config does not know: the program's own needs, or the user's. */
function libraryDiagnostic(library: string, debian: string): Diagnostic {
  return library === 'liburing'
    ? diagnostic('LOOM2006', { library, package: debian })
    : diagnostic('LOOM2007', { name: library, package: debian });
}

/** Tracy is not here, or not as a profiling build needs it. */
function tracyDiagnostic(problem: 'missing' | 'old' | 'lacks', found: string): Diagnostic {
  const parts = { details: tracyCommands };
  if (problem === 'missing') return diagnostic('LOOM7001', {}, parts);
  return problem === 'old'
    ? diagnostic('LOOM7002', { found }, parts)
    : diagnostic('LOOM7003', { found }, parts);
}

/** The place of a compiler's first error; null when it gave none. */
function placeOf(failure: Extract<CompileFailure, { kind: 'compiler' }>): Place | null {
  if (failure.file === null) return null;
  return { file: failure.file, line: failure.line, column: failure.column, length: 1 };
}

/** The beginning of a long output. */
function head(output: string): string {
  const lines = output.trimEnd().split('\n');
  if (lines.length <= maximumDetailLines) return lines.join('\n');
  const rest = lines.length - maximumDetailLines;
  return [...lines.slice(0, maximumDetailLines), `(${rest} more lines)`].join('\n');
}
