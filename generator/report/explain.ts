/** What `loomgen explain <code>` prints: the entry of a code in words. */
import { type Code, type CodeEntry, codes } from '../../schemas/codes.ts';
import { type Diagnostic, diagnostic } from './diagnostic.ts';
import { closest } from './suggest.ts';

/** The explanation of a code (in any case), or the diagnostic that there is no such code. */
export function explain(code: string): { text: string } | { unknown: Diagnostic } {
  const wanted = code.trim().toUpperCase();
  if (Object.hasOwn(codes, wanted)) {
    const entry: CodeEntry = codes[wanted as Code];
    const heading = `${wanted} (${entry.severity}): ${entry.title}`;
    return { text: `${heading}\n\n${entry.why}\n\n${entry.explanation}\n` };
  }
  const suggestion = closest(wanted, Object.keys(codes));
  const known = Object.keys(codes);
  const hint = `Codes run from ${known[0]} to ${known.at(-1)}; copy one from a message.`;
  return {
    unknown: diagnostic('LOOM2015', { code, hint }, suggestion === undefined ? {} : { suggestion }),
  };
}
