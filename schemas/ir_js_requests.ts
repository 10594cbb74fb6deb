/** The part of the IR about what JavaScript asks of a reactor: requests, and memory for them. */

/** Where the requests of JavaScript lie in a reactor's shared block; bytes from its start. */
export interface IrJsRequests {
  /** Requests that can be in flight at once (2^n). */
  count: number;
  /** Ring header (128 bytes) followed by `entries` (2^n) of 64 bytes, JS to reactor. */
  offset: number;
  entries: number;
  /** Memory that they read from and write to: whole pages. */
  arenaOffset: number;
  arenaBytes: number;
}
