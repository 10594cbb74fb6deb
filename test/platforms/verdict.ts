/**
 * What makes `npm run platforms` fail: everything that went wrong where it could be tried. What
 * this machine has no tools for is a row and no failure.
 */
import { targets } from '../../schemas/targets.ts';
import type { Diagnostic } from '../../generator/report/diagnostic.ts';

/** The row of the kqueue backend over test/kqueue, beside those of targets. */
export const emulationName = 'kqueue-emulation';

/** What a build without an addon says where a compiler or a library is not there. */
const missingTools: readonly string[] = ['LOOM2031', 'LOOM2032'];

/** The words of a row whose build made no addon; FAILED is in them where tools were there. */
export function withoutAddon(diagnostics: readonly Diagnostic[]): string {
  const [first] = diagnostics.filter(({ severity }) => severity === 'error');
  if (first === undefined) return 'FAILED: no addon, and no reason';
  const words = `${first.code}: ${first.message}`;
  return missingTools.includes(first.code) ? words : `FAILED: ${words}`;
}

/** The words for what each backend said, such as `epoll passed`; FAILED when none passed. */
export function spokenWords(heard: string): string {
  return / passed\b/.test(heard) ? heard : `FAILED: no backend spoke: ${heard}`;
}

/** Whether the cells of a row tell of something that went wrong. */
export function isWrong(cells: readonly string[]): boolean {
  return cells.some((cell) => /FAILED|OTHER BYTES/.test(cell));
}

/** Names of rows that there are none of. */
export function unknownNames(names: readonly string[]): string[] {
  const known = [...targets.map(({ name }) => name), emulationName];
  return names.filter((name) => !known.includes(name));
}
