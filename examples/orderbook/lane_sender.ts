/**
 * One connection's part of a session on its way out. All its messages are one block of bytes, so
 * whatever is due is one slice and nothing is queued: when the socket is full, the sender stops
 * until it has drained, and the other connections go on.
 */
import type { Socket } from 'node:net';
import type { SessionMessage } from './session.ts';
import type { Wire } from './wire.ts';

/** The most that is handed to the socket at once, so that its own buffer stays bounded. */
const maximumWriteBytes = 64 * 1024;

/** A message of the lane together with its place in the whole session. */
export interface PlacedMessage {
  message: SessionMessage;
  place: number;
}

/** Sends one lane and then FIN. */
export class LaneSender {
  readonly #socket: Socket;
  readonly #messages: readonly PlacedMessage[];
  readonly #bytes: Buffer;
  /** Where each message ends in `#bytes`. */
  readonly #ends: number[] = [];
  #due = 0;
  #sent = 0;
  #limit: number;
  #blocked = false;
  #ended = false;

  /** Takes the lane's messages in order; `socket` stays the caller's to listen to. */
  constructor(socket: Socket, messages: readonly PlacedMessage[], frame: Wire['frame']) {
    this.#socket = socket;
    this.#messages = messages;
    this.#limit = messages.length;
    const frames = messages.map(({ message }) => frame(message.text));
    this.#bytes = Buffer.concat(frames);
    let end = 0;
    for (const { length } of frames) {
      end += length;
      this.#ends.push(end);
    }
    socket.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
  }

  /** The place after the last message handed to the socket; 0 when none was. */
  get sentPlace(): number {
    return (this.#messages[this.#sent - 1]?.place ?? -1) + 1;
  }

  /** Nothing more will go out before the other side has read. */
  get settled(): boolean {
    return this.#blocked || this.#ended;
  }

  /** Sends what is due at `nanoseconds` of the session's time. */
  advance(nanoseconds: number): void {
    while (this.#due < this.#limit) {
      const next = this.#messages[this.#due];
      if (next === undefined || next.message.atNanoseconds > nanoseconds) break;
      this.#due++;
    }
    if (!this.#blocked) this.#flush();
  }

  /** Leaves out the messages from `place` on. */
  endAt(place: number): void {
    const limit = this.#messages.findIndex((placed) => placed.place >= place);
    if (limit >= 0) this.#limit = Math.max(limit, this.#sent);
    this.#due = Math.min(this.#due, this.#limit);
  }

  #flush(): void {
    while (this.#sent < this.#due && !this.#blocked && !this.#socket.destroyed) {
      const from = this.#ends[this.#sent - 1] ?? 0;
      do this.#sent++;
      while (this.#sent < this.#due && (this.#ends[this.#sent] ?? 0) - from <= maximumWriteBytes);
      this.#blocked = !this.#socket.write(this.#bytes.subarray(from, this.#ends[this.#sent - 1]));
    }
    if (this.#sent !== this.#limit || this.#ended) return;
    this.#ended = true;
    this.#socket.end();
  }
}
