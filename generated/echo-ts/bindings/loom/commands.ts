/**
 * Commands on their way to a reactor: they wait for room in its inbox, keep their order and are
 * never lost.
 */
import type { ByteRingWriter } from './byte_ring.ts';

/** A command without a payload, for one connection. */
export interface Command {
  readonly fd: number;
  /** An InboxCommand. */
  readonly command: number;
  readonly slot: number;
  readonly generation: number;
}

/** The commands that wait for room in one inbox. */
export class CommandQueue {
  readonly #inbox: ByteRingWriter;
  readonly #waiting: Command[] = [];

  /** @param inbox the ring to the reactor. */
  constructor(inbox: ByteRingWriter) {
    this.#inbox = inbox;
  }

  /** Some wait; nothing may overtake them. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Adds one behind those that wait. */
  push(command: Command): void {
    this.#waiting.push(command);
  }

  /** Writes those that find room; true when any did, so that the reactor has to be woken. */
  flush(): boolean {
    let sent = 0;
    for (const { fd, command, slot, generation } of this.#waiting) {
      if (this.#inbox.reserve(0) < 0) break;
      this.#inbox.commit(0, fd, command, slot, generation);
      sent += 1;
    }
    if (sent === 0) return false;
    this.#waiting.splice(0, sent);
    return true;
  }
}
