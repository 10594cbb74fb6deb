/** Puts what `schemas/trace_points.ts` says into the runtime of a profiling build. */
import { type TracePoint, tracePoints } from '../../schemas/trace_points.ts';
import type { Files } from '../render.ts';

/** What most points need. */
const usualHeader = 'loom/trace_points.hpp';

/**
 * Applies one point to the text of its file.
 *
 * @throws when the place is not there exactly once: the runtime has changed and the table has not.
 */
export function applyPoint(text: string, point: TracePoint): string {
  const { file, at, place, text: added } = point;
  const start = text.indexOf(at);
  if (start < 0 || text.indexOf(at, start + 1) >= 0) {
    throw new Error(`the place of '${point.what}' is not in ${file} exactly once: ${at}`);
  }
  const end = start + at.length;
  if (place === 'behind') return text.slice(0, end) + added + text.slice(end);
  if (place === 'before') return text.slice(0, start) + added + text.slice(start).trimStart();
  return text.slice(0, start) + added + text.slice(end);
}

/** Changes the runtime among `files` into that of a profiling build. */
export function tracedRuntime(files: Files): void {
  const headers = new Map<string, Set<string>>();
  for (const point of tracePoints) {
    const path = `runtime/loom/${point.file}`;
    const text = files.get(path);
    if (text === undefined) throw new Error(`there is no ${path} for '${point.what}'`);
    files.set(path, applyPoint(text, point));
    const header = point.header ?? usualHeader;
    headers.set(path, (headers.get(path) ?? new Set()).add(header));
  }
  for (const [path, [header]] of headers) {
    // The first line is a comment, which stays behind the include: no line moves.
    files.set(path, `#include <${header}>  ${files.get(path) ?? ''}`);
  }
}
