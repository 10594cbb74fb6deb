/** The program of test/bindings/life for tests on the real addon: what it is, and its peers. */
import { createServer, type Socket } from 'node:net';
import type { Call } from '../../templates/bindings/call.ts';
import type { Channel } from '../../templates/bindings/channel.ts';
import type { MessageView } from '../../templates/bindings/message_view.ts';
import type { ReadWriteFile } from '../../templates/bindings/file.ts';
import type { MessageWriter } from '../../templates/bindings/message_writer.ts';
import type { OpenOptions, Program } from '../../templates/bindings/open.ts';
import type { PostChannel } from '../../templates/bindings/post_channel.ts';
import type { NativeServer, NativeStream, Server } from '../../templates/bindings/stream.ts';
import type { Timer } from '../../templates/bindings/timer.ts';

/** The reading side of its channel. */
export type CountView = MessageView<{ count: number }> & { readonly count: number };

/** The writing side of its messages. */
export type CountWriter = MessageWriter & { count: number };

/** Its fds that have an address. */
type FdName = 'market' | 'control' | 'itch' | 'squares';

/** test/bindings/life. */
export interface Life extends Program<'main', 'market', FdName, 'counts'> {
  readonly market: NativeStream;
  readonly control: Server;
  readonly itch: NativeServer;
  readonly beat: Timer;
  readonly counts: Channel<CountView>;
  readonly back: PostChannel<CountWriter>;
  readonly squares: NativeServer;
  readonly notes: ReadWriteFile;
  readonly twice: Call<CountWriter, { count: number }, { count: number }>;
}

/** Its options. */
export type LifeOptions = OpenOptions<'main', FdName | 'notes', 'market'>;

/** Its emitted module. */
export interface LifeModule {
  open(options?: LifeOptions): Promise<Life>;
}

/** Who the program's client connects to. */
export interface Market {
  readonly url: string;
  /** The connection that the program has made last; waits for one. */
  connection(): Promise<Socket>;
  /** Sends a line to it. */
  say(line: string): Promise<void>;
  /** Ends everything. */
  close(): void;
}

/** Listens for the program's client. */
export function startMarket(): Promise<Market> {
  const sockets: Socket[] = [];
  const waiting: ((socket: Socket) => void)[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('close', () => void sockets.splice(sockets.indexOf(socket), 1));
    socket.resume();
    sockets.push(socket);
    for (const resolve of waiting.splice(0)) resolve(socket);
  });
  const connection = () => {
    const last = sockets.at(-1);
    if (last !== undefined) return Promise.resolve(last);
    return new Promise<Socket>((resolve) => waiting.push(resolve));
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({
        url: `tcp://127.0.0.1:${port}`,
        connection,
        say: async (line) => void (await connection()).write(`${line}\n`),
        close: () => {
          server.close();
          for (const socket of [...sockets]) socket.destroy();
        },
      });
    });
  });
}
