/** What the plan of a build says: what is stale, what stays, and whose work is in the way. */
import { join, relative } from 'node:path';
import type { Plan, PlanEntry } from '../plan.ts';
import { type Diagnostic, DiagnosticError, diagnostic } from '../report/diagnostic.ts';
import type { BuildOptions, BuildResult } from './build.ts';
import type { LoweredProgram } from './program.ts';

/** The config of a command that names none, relative to the working directory. */
export const defaultConfig = 'loom.config.ts';

/** A path for people: relative to where they are. */
export function shown(path: string, options: BuildOptions): string {
  const short = relative(options.directory ?? process.cwd(), path);
  return short === '' ? '.' : short;
}

/** Notes that the output is not what the config gives; `result` says it. */
export function markStale(
  options: BuildOptions,
  program: LoweredProgram,
  result: BuildResult,
): void {
  const entries = result.plan?.entries ?? [];
  const count = entries.filter(({ action }) => action !== 'same' && action !== 'kept').length;
  const words = ['npx loomgen build', options.config ?? defaultConfig];
  if (options.trace === true) words.push('--trace');
  if (options.out !== undefined) words.push('--out', options.out);
  const holes = { count, folder: shown(program.out, options), command: words.join(' ') };
  result.diagnostics.push(diagnostic('LOOM2010', holes));
  result.status = 'stale';
  result.exitCode = 4;
}

/** Says which orphans stay because somebody edited them. */
export function keptDiagnostics(planned: Plan, out: string, options: BuildOptions): Diagnostic[] {
  return planned.entries
    .filter(({ action, note }) => action === 'kept' && note === 'edited by hand')
    .map(({ path }) => diagnostic('LOOM2012', { file: shown(join(out, path), options) }));
}

/**
 * Stops before someone's work is overwritten.
 *
 * @throws {DiagnosticError} LOOM2011 and LOOM2013, one for each such file.
 */
export function refuseConflicts(planned: Plan, out: string, options: BuildOptions): void {
  if (planned.conflicts.length === 0) return;
  const hint = 'Choose another folder or move the file away; build --force overwrites it.';
  throw new DiagnosticError(
    planned.conflicts.map((entry: PlanEntry) =>
      entry.note === 'edited by hand'
        ? diagnostic('LOOM2011', { file: shown(join(out, entry.path), options) })
        : diagnostic('LOOM2013', { folder: shown(out, options), file: entry.path, hint }),
    ),
  );
}
