/** What a request of JavaScript is: who asks, for what, and how its promise ends. */
import type { RequestQueue } from './requests.ts';

/** What every request takes. */
export interface RequestOptions {
  /**
   * Cancels the request in the kernel. The promise is settled once the kernel is done with it: it
   * is rejected with the signal's reason, or as ever when the request was past cancelling.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Who asks: for the sentences of errors, and for what a form has to know. */
export interface Asker {
  /** The path in the config, such as 'fds.journal'. */
  readonly $place: string;
  /** Program-wide number of the fd; a call's among those of its reactor. */
  readonly $index: number;
}

/** A sort of request: how its promise ends. One object for all requests of the sort. */
export interface RequestForm {
  /** A JsRequestKind. */
  readonly kind: number;
  /** Its promise is rejected as soon as its signal is aborted, whenever the reactor is done. */
  readonly endsAtAbort?: true;
  /** What the promise is fulfilled with; `value` is the outcome's. */
  finish(queue: RequestQueue, number: number, value: number): unknown;
  /** What it is rejected with; `systemError` is an errno, positive. */
  fail(queue: RequestQueue, number: number, value: number, systemError: number): Error;
}

/** The shared block, and the way to wake its reactor. */
export interface RequestLink {
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly buffer: Buffer;
  /** Wakes the reactor if it said that it sleeps. */
  wakeIfSleeping(): void;
}
