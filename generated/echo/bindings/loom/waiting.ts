/** How long JavaScript looks for messages before it sleeps until it is woken. */

/** Empty turns of the event loop before JavaScript sleeps, where nothing else is said. */
const defaultIdleTurns = 4;

/** What JavaScript does while nothing comes; see OpenOptions.wait. */
export type JavaScriptWait = 'spin' | 'wake' | { readonly idleTurns: number };

/**
 * Empty turns before a link with this option sleeps.
 * @throws RangeError when they are not a number from 0 on
 */
export function idleTurnsOf(wait: JavaScriptWait | undefined): number {
  if (wait === undefined) return defaultIdleTurns;
  if (wait === 'spin') return Number.POSITIVE_INFINITY;
  if (wait === 'wake') return 0;
  if (!(wait.idleTurns >= 0)) {
    throw new RangeError(
      `wait is 'spin', 'wake' or { idleTurns: a number from 0 on }, not ${JSON.stringify(wait)}`,
    );
  }
  return wait.idleTurns;
}
