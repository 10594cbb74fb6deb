/** What is counted of one fd that is delivered to JavaScript. */

/** Live counters of one fd, since the program's start; whole numbers, exact up to 2^53. */
export interface StreamStats {
  /** Connections that were established. */
  readonly opened: number;
  /** Of those, how many have ended. */
  readonly closed: number;
  /** Attempts of a client that failed. */
  readonly failedAttempts: number;
  /** Messages that its reader was given, or that were dropped with their batch. */
  readonly messages: number;
  /** Their bytes, without the framing. */
  readonly bytes: number;
  /** Messages that send() took. */
  readonly sent: number;
  /** Their bytes, without the framing. */
  readonly sentBytes: number;
  /** Sends that found no room. */
  readonly refused: number;
}

/** The same for those who count. */
export class StreamCounts implements StreamStats {
  opened = 0;
  closed = 0;
  failedAttempts = 0;
  messages = 0;
  bytes = 0;
  sent = 0;
  sentBytes = 0;
  refused = 0;
}
