/**
 * Errors of what JavaScript asks of a reactor, LOOM604x: files, sends and calls.
 * `loomgen explain CODE` tells more of each.
 */
import { LoomError, systemErrorOf } from './error.ts';
import { placeOf } from './lifecycle_errors.ts';

/** Where it was asked: 'fds.journal', 'calls.price'. */
interface Place {
  readonly $place: string;
}

/** An error about a place. */
function errorAt({ $place }: Place, code: string, sentence: string, errno?: number): LoomError {
  const { fd, ...more } = placeOf($place);
  return new LoomError(code, `${$place}: ${sentence}`, fd, errno, more);
}

/** LOOM6040: as many requests as can be are in flight, or fill the memory for them. */
export function requestRefused(place: Place, count: number, arenaBytes: number): LoomError {
  return errorAt(
    place,
    'LOOM6040',
    `its reactor has no room for another request now: ${count} can be in flight, ` +
      `with ${arenaBytes} bytes for all; await writable, or raise jsRequests or jsArena`,
  );
}

/** LOOM6041: a request that could never be made, however long one waits. */
export function requestTooLong(place: Place, bytes: number, arenaBytes: number): LoomError {
  return errorAt(
    place,
    'LOOM6041',
    `${bytes} bytes are more than the memory for requests, ${arenaBytes} bytes; ` +
      'take them in parts or raise jsArena of its reactor',
  );
}

/** LOOM6042: the kernel said no; `errno` is positive. */
export function requestFailed(
  place: Place,
  verb: string,
  doneBytes: number,
  errno: number,
): LoomError {
  const { word, meaning } = systemErrorOf(errno);
  const after = doneBytes === 0 ? '' : ` after ${doneBytes} bytes`;
  const because = meaning === '' ? '' : `, ${meaning}`;
  return errorAt(place, 'LOOM6042', `${verb} failed${after}: ${word}${because}`, errno);
}

/** LOOM6043: the program stopped before a request was done. */
export function requestStopped(place: Place): LoomError {
  return errorAt(place, 'LOOM6043', 'the program stopped before it was done');
}

/** LOOM6044: memory that was lent is used after it was disposed. */
export function bufferReturned(): LoomError {
  return new LoomError(
    'LOOM6044',
    'this memory was lent and has been disposed; lend() anew, or dispose later',
  );
}

/** LOOM6045: an offset or a length that is no whole number from 0 to 2^53 - 1. */
export function notAPosition(place: Place, value: number): LoomError {
  return errorAt(
    place,
    'LOOM6045',
    `${value} is no offset and no length: these are whole numbers from 0 to 2^53 - 1`,
  );
}

/** LOOM6046: the function that was called threw; `what` are its words. */
export function callThrew(place: Place, what: string): LoomError {
  return errorAt(place, 'LOOM6046', `the function threw: ${what}`);
}
