/** How the exchange speaks: what is said before the first message, and how a message is framed. */
import type { Socket } from 'node:net';

/** A protocol of the exchange's side of a connection. */
export interface Wire {
  /** A message as it is sent. */
  frame(text: string): Buffer;
  /** Is given each connection that is served, and calls `ready` when messages may follow. */
  greet(socket: Socket, ready: () => void): void;
}

/** A message a line, from the start. */
export const lines: Wire = {
  frame: (text) => Buffer.from(`${text}\n`),
  greet: (socket, ready) => {
    // The client has nothing to say, but only a read socket sees it go.
    socket.resume();
    ready();
  },
};
