/** What `loomgen explain <code>` prints: the entry of a code in words. */
import { type Code, type CodeEntry, codes } from '../../schemas/codes.ts';
import { runtimeCodes } from '../../schemas/codes_runtime.ts';
import { type Diagnostic, diagnostic } from './diagnostic.ts';
import { closest } from './suggest.ts';

/** The explanation of a code (in any case), or the diagnostic that there is no such code. */
export function explain(code: string): { text: string } | { unknown: Diagnostic } {
  const wanted = code.trim().toUpperCase();
  if (Object.hasOwn(codes, wanted)) {
    const entry: CodeEntry = codes[wanted as Code];
    const heading = `${wanted} (${entry.severity}): ${entry.title}`;
    const why = entry.why.replace(/\{(\w+)\}/g, '<$1>');
    return { text: `${heading}\n\n${why}\n\n${entry.explanation}\n` };
  }
  const running = Object.hasOwn(runtimeCodes, wanted) ? runtimeCodes[wanted] : undefined;
  if (running !== undefined) {
    const heading = `${wanted} (${running.severity}): ${running.title}`;
    return { text: `${heading}\n\n${running.explanation}\n` };
  }
  const known = [...Object.keys(codes), ...Object.keys(runtimeCodes)].sort();
  const suggestion = closest(wanted, known);
  const hint = `Codes run from ${known[0]} to ${known.at(-1)}; copy one from a message.`;
  return {
    unknown: diagnostic('LOOM2015', { code, hint }, suggestion === undefined ? {} : { suggestion }),
  };
}
