/**
 * A local exchange: four TCP connections and a unix socket carry one session, a JSON message a
 * line. It runs as a process of its own, started by main.ts or by hand:
 *
 *     node --import tsx examples/orderbook/exchange.ts --speed 1
 *
 * It waits for all five connections, plays the session once, ends each connection with FIN as soon
 * as its last message is sent, and exits. TCP connections are given depth, ticker, buys and sells
 * in the order in which they come.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LaneSender } from './lane_sender.ts';
import { type ExchangeOptions, parseExchangeOptions } from './options.ts';
import { type Lane, lanes, loadSession, type SessionMessage } from './session.ts';
import { lines, type Wire } from './wire.ts';

/** What the exchange tells the process that started it. */
export type ExchangeReport =
  /** Where the TCP and the unix socket listen. */
  | { kind: 'listening'; market: string; snapshot: string }
  /** All connections are closed; so many of the session's messages were sent. */
  | { kind: 'finished'; messages: number }
  /** It cannot go on; a sentence. */
  | { kind: 'failed'; why: string };

/** What it can be told: end the session with what was sent so far. */
export type ExchangeCommand = { kind: 'stop' };

const tickMilliseconds = 1;

/** Plays one session to five connections. */
export class Exchange {
  readonly #session: readonly SessionMessage[];
  readonly #options: ExchangeOptions;
  readonly #report: (report: ExchangeReport) => void;
  readonly #wire: Wire;
  readonly #freeLanes: Lane[] = lanes.filter((lane) => lane !== 'snapshot');
  readonly #senders = new Map<Lane, LaneSender>();
  readonly #servers: Server[] = [];
  readonly #closed = new Set<Lane>();
  #folder: string | undefined;
  #endPlace: number;
  #startMilliseconds = 0;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;

  /** Loads the session; throws when that cannot be done. */
  constructor(options: ExchangeOptions, report: (report: ExchangeReport) => void, wire: Wire) {
    this.#options = options;
    this.#report = report;
    this.#wire = wire;
    this.#session = loadSession(options.session);
    this.#endPlace = this.#session.length;
  }

  /** Listens on a free port and on a fresh path. */
  async listen(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), 'loom-exchange-'));
    const path = join(this.#folder, 'snapshot.sock');
    const tcp = createServer((socket) => this.#welcome(socket, this.#freeLanes.shift()));
    const unix = createServer((socket) => {
      this.#welcome(socket, this.#senders.has('snapshot') ? undefined : 'snapshot');
    });
    this.#servers.push(tcp, unix);
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => unix.listen(path, resolve));
    const address = tcp.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP port');
    this.#report({ kind: 'listening', market: `127.0.0.1:${address.port}`, snapshot: path });
  }

  /** Ends the session where the furthest connection is; the others catch up with it. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#senders.size < lanes.length) {
      this.#finish(0);
      return;
    }
    this.#endPlace = Math.max(...[...this.#senders.values()].map((sender) => sender.sentPlace));
    for (const sender of this.#senders.values()) sender.endAt(this.#endPlace);
  }

  /** Removes what is left in the file system; safe at any time. */
  clean(): void {
    if (this.#folder === undefined) return;
    // loom: allow blocking - one small folder, when everything was sent
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #welcome(socket: Socket, lane: Lane | undefined): void {
    if (lane === undefined) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    // A client that is gone is seen by its close; what it did not get is its own loss.
    socket.on('error', () => {});
    socket.on('close', () => this.#left(lane));
    const messages = this.#session
      .map((message, place) => ({ message, place }))
      .filter(({ message }) => message.lane === lane);
    this.#wire.greet(socket, () => {
      this.#senders.set(lane, new LaneSender(socket, messages, this.#wire.frame));
      if (this.#senders.size === lanes.length) this.#play();
    });
  }

  #play(): void {
    this.#startMilliseconds = performance.now();
    const tick = () => {
      this.#advance();
      this.#timer = setTimeout(tick, tickMilliseconds);
    };
    tick();
  }

  #advance(): void {
    const elapsed = (performance.now() - this.#startMilliseconds) * 1e6;
    const { speed, holdSnapshot } = this.#options;
    const time = this.#stopping ? Number.POSITIVE_INFINITY : elapsed * speed;
    let settled = true;
    for (const [lane, sender] of this.#senders) {
      if (lane === 'snapshot') continue;
      sender.advance(time);
      settled &&= sender.settled;
    }
    if (settled || !holdSnapshot) this.#senders.get('snapshot')?.advance(time);
  }

  #left(lane: Lane): void {
    this.#closed.add(lane);
    if (this.#closed.size === lanes.length) this.#finish(this.#endPlace);
  }

  #finish(messages: number): void {
    clearTimeout(this.#timer);
    for (const server of this.#servers) server.close();
    this.clean();
    this.#report({ kind: 'finished', messages });
  }
}

/**
 * Runs the exchange of this process, by its command line; reports over IPC when there is a parent,
 * else as lines.
 */
export async function runExchange(wire: Wire): Promise<void> {
  const report = (message: ExchangeReport): void => {
    if (process.send !== undefined) process.send(message);
    else process.stdout.write(`${JSON.stringify(message)}\n`);
    if (message.kind === 'listening') return;
    if (process.connected) process.disconnect();
    if (message.kind === 'failed') process.exitCode = 1;
  };
  try {
    const exchange = new Exchange(parseExchangeOptions(process.argv.slice(2)), report, wire);
    process.on('exit', () => exchange.clean());
    process.on('message', (command: ExchangeCommand) => {
      if (command.kind === 'stop') exchange.stop();
    });
    // With a parent Ctrl-C is the parent's business, and a parent that is gone ends everything.
    process.on('SIGINT', () => process.send === undefined && exchange.stop());
    process.on('SIGTERM', () => process.exit(143));
    if (process.send !== undefined) process.on('disconnect', () => process.exit());
    await exchange.listen();
  } catch (error) {
    report({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runExchange(lines);
