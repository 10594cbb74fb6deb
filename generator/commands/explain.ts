/** `loomgen explain <code>`: what a diagnostic means and what to do. */
import { explain } from '../report/explain.ts';
import { talkDiagnostics } from './talk.ts';

/** Prints the explanation of a code; gives the exit code. */
export function runExplain(given: { code: string }): number {
  const found = explain(given.code);
  if ('unknown' in found) {
    talkDiagnostics([found.unknown]);
    return 2;
  }
  process.stdout.write(found.text);
  return 0;
}
