/**
 * A server for the client scenarios: it takes connections one by one, and can go away and come
 * back at the same address.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Waiters } from './deadline.ts';
import { Peer } from './peer.ts';

/** A listening socket whose connections are awaited. */
export class Listener {
  /** `host:port`, or the path. */
  readonly address: string;
  readonly #server: Server;
  readonly #waiting: Socket[];
  readonly #waiters: Waiters;

  private constructor(server: Server, address: string, waiting: Socket[], waiters: Waiters) {
    this.#server = server;
    this.address = address;
    this.#waiting = waiting;
    this.#waiters = waiters;
  }

  /** Listens on `127.0.0.1:port` (0: any free one) or on a path. */
  static async open(at: number | string = 0): Promise<Listener> {
    const waiting: Socket[] = [];
    const waiters = new Waiters();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      waiting.push(socket);
      waiters.notify();
    });
    if (typeof at === 'string') server.listen(at);
    else server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    const address =
      typeof at === 'string' ? at : `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new Listener(server, address, waiting, waiters);
  }

  /** The port of a TCP listener. */
  get port(): number {
    return Number(this.address.slice(this.address.lastIndexOf(':') + 1));
  }

  /** The next connection. */
  async accept(): Promise<Peer> {
    const socket = await this.#waiters.until(
      () => `a connection to ${this.address}`,
      () => this.#waiting.shift(),
    );
    return new Peer(socket);
  }

  /** Stops listening; connections stay. */
  close(): void {
    this.#server.close();
  }
}
