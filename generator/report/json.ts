/** Diagnostics as JSON, for `--json` and for editors. Places are relative, so that logs compare. */
import { type Diagnostic, type Place, showPath } from './diagnostic.ts';
import { showFile } from './render.ts';

/** A place in JSON; line and column count from 1. */
export interface JsonPlace {
  file: string;
  line: number;
  column: number;
  length: number;
}

/** A diagnostic in JSON. Fields that do not apply are absent. */
export interface JsonDiagnostic {
  code: string;
  severity: 'error' | 'warning';
  message: string;
  reason: string;
  fix: string;
  suggestion?: string;
  /** The path in the config, as `fds.market.framing`. */
  path?: string;
  place?: JsonPlace;
  second?: { message: string; place?: JsonPlace };
  details?: string;
}

/** Diagnostics as plain data; files are relative to `directory`. */
export function toJson(
  diagnostics: readonly Diagnostic[],
  directory: string = process.cwd(),
): JsonDiagnostic[] {
  const at = (place: Place): JsonPlace => ({ ...place, file: showFile(place.file, directory) });
  return diagnostics.map((each) => ({
    code: each.code,
    severity: each.severity,
    message: each.message,
    reason: each.reason,
    fix: each.fix,
    ...(each.suggestion !== undefined && { suggestion: each.suggestion }),
    ...(each.path !== undefined && { path: showPath(each.path) }),
    ...(each.place !== undefined && { place: at(each.place) }),
    ...(each.second !== undefined && {
      second: {
        message: each.second.message,
        ...(each.second.place !== undefined && { place: at(each.second.place) }),
      },
    }),
    ...(each.details !== undefined && { details: each.details }),
  }));
}
