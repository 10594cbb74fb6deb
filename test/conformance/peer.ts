/**
 * The other side of a connection: a socket of Node whose reads are awaited. It reads nothing
 * while paused, so that the program's sends meet a full window.
 */

import { connect, type Socket } from 'node:net';
import { Waiters, within } from './deadline.ts';

/** How the program's side ended the stream. */
export type StreamEnd = 'end' | 'reset';

/** Makes Node's connect options of `host:port`, `[v6]:port` or a path. */
function optionsFor(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('/')) return { path: address };
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(address.slice(colon + 1)) };
}

/** A connection to, or from, the program under test. */
export class Peer {
  /** The socket itself, for what this class has no word for. */
  readonly socket: Socket;
  readonly #waiters = new Waiters();
  #chunks: Buffer[] = [];
  #size = 0;
  #end: StreamEnd | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#waiters.notify();
    });
    socket.on('end', () => this.#finish('end'));
    socket.on('error', () => this.#finish('reset'));
    socket.on('close', () => this.#finish('end'));
  }

  /** Connects; resolves once the kernel has. */
  static async connect(address: string, { paused = false } = {}): Promise<Peer> {
    const socket = connect({ ...optionsFor(address), allowHalfOpen: true });
    const peer = new Peer(socket);
    if (paused) socket.pause();
    await within(
      () => `a connection to ${address}`,
      new Promise<void>((resolve, reject) => {
        socket.once('connect', () => resolve());
        socket.once('error', reject);
      }),
    );
    return peer;
  }

  #finish(end: StreamEnd): void {
    this.#end ??= end;
    this.#waiters.notify();
  }

  /** Sends all of `data`; resolves once the kernel took it. */
  send(data: string | Buffer): Promise<void> {
    return within(
      () => `room for ${data.length} bytes`,
      new Promise<void>((resolve, reject) => {
        this.socket.write(data, (error) => (error ? reject(error) : resolve()));
      }),
    );
  }

  /** Sends `data` one byte a write. */
  async dribble(data: Buffer): Promise<void> {
    for (const byte of data) await this.send(Buffer.of(byte));
  }

  #take(size: number): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(size)];
    this.#size = all.length - size;
    return all.subarray(0, size);
  }

  /** The next `size` bytes. */
  bytes(size: number): Promise<Buffer> {
    return this.#waiters.until(
      () => `${size} bytes; there are ${this.#size}, and then ${this.#end ?? 'silence'}`,
      () => {
        if (this.#size >= size) return this.#take(size);
        if (this.#end !== undefined) throw new Error(`${this.#end} after ${this.#size} bytes`);
        return undefined;
      },
    );
  }

  /** The next line, without its end. */
  line(): Promise<string> {
    return this.#waiters.until(
      () => `a line; there are ${this.#size} bytes, and then ${this.#end ?? 'silence'}`,
      () => {
        const all = Buffer.concat(this.#chunks);
        const end = all.indexOf(10);
        this.#chunks = [all];
        if (end >= 0)
          return this.#take(end + 1)
            .subarray(0, end)
            .toString();
        if (this.#end !== undefined) throw new Error(`${this.#end} before a whole line`);
        return undefined;
      },
    );
  }

  /** Sends a line and gives the one that comes back. */
  async ask(text: string): Promise<string> {
    await this.send(`${text}\n`);
    return this.line();
  }

  /** Waits for the stream's end. @returns how it ended, and what came before */
  async rest(): Promise<{ end: StreamEnd; bytes: Buffer }> {
    const end = await this.#waiters.until(
      () => `the end of the stream; there are ${this.#size} bytes`,
      () => this.#end,
    );
    return { end, bytes: this.#take(this.#size) };
  }

  /** Sends FIN; reading goes on. */
  end(): void {
    this.socket.end();
  }

  /** Stops reading. */
  pause(): void {
    this.socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.socket.resume();
  }

  /** Ends the connection with a reset (RFC 9293, 3.10.7). */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Ends the connection without a thought. */
  destroy(): void {
    this.socket.destroy();
  }
}
