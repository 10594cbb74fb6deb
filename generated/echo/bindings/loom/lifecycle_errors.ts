/**
 * Errors in the life of a program in JavaScript, LOOM603x: of its readers and listeners, its start
 * and its end. `loomgen explain CODE` tells more of each.
 */
import { LoomError } from './error.ts';

/** The names in 'fds.tcp', 'channels.top' and 'calls.price', as errors have them. */
export function placeOf(place: string): Record<'fd' | 'channel' | 'call', string | undefined> {
  const [kind, name] = place.split('.', 2);
  return {
    fd: kind === 'fds' ? name : undefined,
    channel: kind === 'channels' ? name : undefined,
    call: kind === 'calls' ? name : undefined,
  };
}

/** LOOM6030: a second next() while the first waits. */
export function nextTwice(place: string): LoomError {
  const { fd, channel } = placeOf(place);
  return new LoomError(
    'LOOM6030',
    `${place}: next() was called while the next() before it still waits; a loop holds one batch ` +
      'at a time, so wait for each before you ask for another',
    fd,
    undefined,
    { channel },
  );
}

/** LOOM6031: what the user's own code threw, with where that was; `cause` is what it threw. */
export function listenerThrew(
  program: string,
  place: string,
  what: string,
  cause: unknown,
): LoomError {
  const { fd, channel } = placeOf(place);
  const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const message = `${program}, ${place}: ${what} threw ${said}`;
  return new LoomError('LOOM6031', message, fd, undefined, { channel, cause });
}

/** LOOM6033: what a `once()` is rejected with that the program's end left unanswered. */
export function endedBefore(program: string, place: string, event: string): LoomError {
  const { fd, channel } = placeOf(place);
  const message = `${program}, ${place}: the program ended before a '${event}' event came`;
  return new LoomError('LOOM6033', message, fd, undefined, { channel });
}

/** LOOM6032: `open({ url })` says no address. */
export function urlUnusable(url: string, why: string): LoomError {
  return new LoomError(
    'LOOM6032',
    `open({ url: '${url}' }): ${why}; say open({ addresses: { … } })`,
  );
}

/** LOOM6034: `open({ thread: 'this' })` cannot be. */
export function notHostable(why: string): LoomError {
  return new LoomError('LOOM6034', `open({ thread: 'this' }): ${why}`);
}
