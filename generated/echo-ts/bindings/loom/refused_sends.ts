/**
 * Connections whose send was refused: they are looked at until they may send again.
 *
 * The drain event lies in the delivery ring, and that ring may be full of messages whose reader
 * waits for the drain. The slot words tell the same without the ring.
 */
import type { Connection } from './connection.ts';
import type { Stream } from './stream.ts';

/** How often refused sends are looked at while the link sleeps, in milliseconds. */
const checkMilliseconds = 1;

/** The refused connections of one reactor; each is there once. */
export class RefusedSends {
  readonly #refused = new Map<Connection, Stream>();
  readonly #beforeLook: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** @param beforeLook is called by the timer before each look. */
  constructor(beforeLook: () => void) {
    this.#beforeLook = beforeLook;
  }

  /** From now on `connection` is looked at, also while the link sleeps. */
  watch(connection: Connection, stream: Stream): void {
    this.#refused.set(connection, stream);
    this.watchWhileAsleep();
  }

  /** Tells those that may send again. */
  check(): void {
    if (this.#refused.size === 0) return;
    // A copy: a listener may send and be refused again, and that is for the next look.
    for (const [connection, stream] of [...this.#refused]) {
      const drained = connection.$drain();
      if (connection.$isRefused) continue;
      this.#refused.delete(connection);
      if (drained) stream.$emitDrain(connection);
    }
  }

  /** Looks every millisecond, as long as there is a connection to look at. */
  watchWhileAsleep(): void {
    if (this.#refused.size === 0 || this.#timer !== undefined || this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#beforeLook();
      this.check();
      this.watchWhileAsleep();
    }, checkMilliseconds);
    // What keeps the process running is the program, not this.
    this.#timer.unref();
  }

  /** No look follows. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
