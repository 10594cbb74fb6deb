/**
 * The peer of the long run: two listeners, each of which sends numbered messages, leaves after some
 * of them, and goes on with the next number when it is connected to again. It never resets, so all
 * that it sent arrives. Argument: a seed. Its parent is told the two ports; asked to stop, it ends
 * what it sends and says how much that was.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seeded } from '../../../generator/measure/statistics.ts';

/** What was sent in all, and over how many connections. */
export interface Sent {
  messages: number;
  connections: number;
}

/** What the peer tells its parent. */
export type PeerReport =
  | { ports: { handled: number; delivered: number } }
  | { sent: { handled: Sent; delivered: Sent } };

const headBytes = 4;
const bodyBytes = 100;
const messagesAtOnce = 64;
/** Writes of one connection, at most. */
const writesMaximum = 400;
/** How often a write is followed by a pause, and how long that is at most. */
const pauseShare = 0.02;
const pauseMilliseconds = 10;

/** One of the two feeds. */
class Feed {
  readonly sent: Sent = { messages: 0, connections: 0 };
  readonly #random: Random;
  readonly #server: Server;
  readonly #sending = new Set<Promise<void>>();
  #stopping = false;

  constructor(seed: number) {
    this.#random = seeded(seed);
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const sending = this.#send(socket).finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends what is sent. @returns once all of it has left */
  async stop(): Promise<Sent> {
    this.#stopping = true;
    this.#server.close();
    await Promise.all(this.#sending);
    return this.sent;
  }

  async #send(socket: Socket): Promise<void> {
    const closed = once(socket, 'close');
    socket.resume();
    this.sent.connections += 1;
    const writes = Math.ceil(this.#random() * writesMaximum);
    for (let write = 0; write < writes && !this.#stopping; write += 1) {
      await new Promise<void>((resolve, reject) => {
        socket.write(this.#next(), (error) => (error ? reject(error) : resolve()));
      });
      if (this.#random() < pauseShare) await sleep(this.#random() * pauseMilliseconds);
    }
    socket.end();
    await closed;
  }

  #next(): Buffer {
    const block = Buffer.alloc(messagesAtOnce * (headBytes + bodyBytes), 'x');
    for (let at = 0; at < block.length; at += headBytes + bodyBytes) {
      this.sent.messages += 1;
      block.writeUInt32LE(bodyBytes, at);
      block.writeBigUInt64LE(BigInt(this.sent.messages), at + headBytes);
    }
    return block;
  }
}

const tell = (report: PeerReport): void => void process.send?.(report);
const seed = Number(process.argv[2]);
const handled = new Feed(seed);
const delivered = new Feed(seed + 1);
tell({ ports: { handled: await handled.listen(), delivered: await delivered.listen() } });
process.once('message', async () => {
  tell({ sent: { handled: await handled.stop(), delivered: await delivered.stop() } });
  process.disconnect();
});
