/**
 * What a server of the benchmark has to get right, whoever wrote it: conversations by a client that
 * compares every byte, cuts messages everywhere and reads slowly, and that knows exactly what a
 * sink must have counted.
 */

import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { framed, randomBytes } from '../conformance/bytes.ts';
import { comesTrue } from '../conformance/deadline.ts';
import { Peer as Client } from '../conformance/peer.ts';
import { Program } from '../conformance/program.ts';
import type { Transport } from './server.ts';
import { freeAddress } from './trial.ts';

/** The line that a server says at its end. */
export type Line = Readonly<Record<string, number>>;

const fields = ['total', 'measured', 'span_ns', 'p50', 'p90', 'p99', 'p999', 'max'];
const allFields = [...fields, 'bytes', 'chunks', 'bad'];

/** A server under test and where it listens. */
export class Server {
  readonly #program: Program;
  readonly #address: string;
  readonly #folder: string;
  #sentBytes = 0;

  private constructor(program: Program, address: string, folder: string) {
    this.#program = program;
    this.#address = address;
    this.#folder = folder;
  }

  /** Starts it, on a free port or on a path of its own. */
  static async start(command: string, mode: 'echo' | 'sink', kind: Transport) {
    const folder = mkdtempSync(join(tmpdir(), 'loom-peer-'));
    const address = kind === 'unix' ? join(folder, 'socket') : await freePort(kind);
    const line = `exec ${command} ${mode} ${kind}:${address}`;
    const server = new Server(new Program('sh', ['-c', line]), address, folder);
    try {
      await server.#program.ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** A new connection. */
  connect(): Promise<Client> {
    return Client.connect(this.#address);
  }

  /** Sends, and remembers how much. */
  send(client: Client, bytes: Buffer): Promise<void> {
    this.#sentBytes += bytes.length;
    return client.send(bytes);
  }

  /** Sends each as a datagram, and waits until none is left in the kernel. */
  async sendDatagrams(datagrams: readonly Buffer[]): Promise<void> {
    const [host, port] = this.#address.split(':');
    const socket = createSocket('udp4');
    for (const datagram of datagrams) {
      this.#sentBytes += datagram.length;
      await new Promise<void>((resolve, reject) => {
        const sent = (error: Error | null): void => (error ? reject(error) : resolve());
        socket.send(datagram, Number(port), host, sent);
      });
    }
    socket.close();
    // proc(5): local address, remote address, state, bytes to send and bytes received.
    const hexadecimal = Number(port).toString(16).toUpperCase().padStart(4, '0');
    const empty = new RegExp(`: \\w+:${hexadecimal} \\w+:\\w+ \\w+ \\w+:00000000 `);
    await comesTrue('an empty receive buffer', () =>
      empty.test(readFileSync('/proc/net/udp', 'utf8')),
    );
  }

  /** Sends, and sees the same bytes come back. */
  async exchange(t: ExecutionContext, client: Client, bytes: Buffer): Promise<void> {
    const [, back] = await Promise.all([this.send(client, bytes), client.bytes(bytes.length)]);
    t.true(back.equals(bytes), `${bytes.length} bytes came back changed`);
  }

  /** Ends the client's side, and sees the server end its own without a further byte. */
  async finish(t: ExecutionContext, client: Client): Promise<void> {
    client.end();
    const { bytes } = await client.rest();
    t.is(bytes.length, 0, 'bytes that nobody sent');
  }

  /** Ends it. @returns its line, or undefined when it said none */
  async stop(): Promise<Line | undefined> {
    const { exitCode, counters, talk } = await this.#program.stop();
    rmSync(this.#folder, { recursive: true, force: true });
    const line = counters as unknown as Line;
    const complete = exitCode === 0 && allFields.every((name) => Number.isInteger(line[name]));
    if (!complete) process.stderr.write(`exit ${exitCode}: ${JSON.stringify(line)} ${talk}\n`);
    return complete ? line : undefined;
  }

  /** Ends it, and holds its line to what it was sent. */
  async check(t: ExecutionContext): Promise<Line> {
    const line = (await this.stop()) ?? {};
    t.is(line.bytes, this.#sentBytes, 'bytes received');
    const chunks = line.chunks ?? 0;
    t.true(chunks > 0 && chunks <= this.#sentBytes, `${chunks} chunks`);
    return line;
  }
}

/** `IP:PORT` that is free. */
async function freePort(kind: 'tcp' | 'udp'): Promise<string> {
  return (await freeAddress(kind)).slice(`${kind}:`.length);
}

/** A message of random content, whose stamp is as given where the body has room for it. */
export function message(bodyBytes: number, stamp = 0n): Buffer {
  const body = randomBytes(bodyBytes + 1, bodyBytes);
  if (bodyBytes >= 8) body.writeBigUInt64LE(stamp);
  return framed('u16be', body);
}

/** More than the sockets' buffers of both sides take together. */
const bulk = randomBytes(7, 24_000_000);

const sizes = [0, 1, 8, 150, 1024, 65535];

/** Every size alone, all at once, and a small message cut at every byte. */
export async function echoSizes(t: ExecutionContext, server: Server): Promise<void> {
  const client = await server.connect();
  for (const size of sizes) await server.exchange(t, client, message(size));
  await server.exchange(t, client, Buffer.concat(sizes.map((size) => message(size))));
  const small = message(11);
  for (let cut = 1; cut < small.length; ++cut) {
    await server.exchange(t, client, small.subarray(0, cut));
    await server.exchange(t, client, small.subarray(cut));
  }
  await server.finish(t, client);
}

/** Fifty connections at once, none of which gets another's bytes. */
export async function echoMany(t: ExecutionContext, server: Server): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
  await Promise.all(
    clients.map(async (client, index) => {
      for (let round = 0; round < 4; ++round) {
        await server.exchange(t, client, message(64 + index * 97 + round));
      }
    }),
  );
  await Promise.all(clients.map((client) => server.finish(t, client)));
}

/** A client that does not read for a while loses nothing, and others are served meanwhile. */
export async function echoSlowly(t: ExecutionContext, server: Server): Promise<void> {
  const [slow, other] = await Promise.all([server.connect(), server.connect()]);
  slow.pause();
  const sent = server.send(slow, bulk);
  // Its socket is full by the time that the other has been answered this often.
  for (let round = 0; round < 100; ++round) await server.exchange(t, other, message(round));
  t.true(slow.socket.writableLength > 0, 'the server took everything although nobody read');
  slow.resume();
  const [, back] = await Promise.all([sent, slow.bytes(bulk.length)]);
  t.true(back.equals(bulk), 'what came late came changed');
  await Promise.all([server.finish(t, slow), server.finish(t, other)]);
}

/** Twenty megabytes, ended by the client while they are still coming back. */
export async function echoBulk(t: ExecutionContext, server: Server): Promise<void> {
  const client = await server.connect();
  const bytes = bulk.subarray(0, 20_000_000);
  const sent = server.send(client, bytes).then(() => client.end());
  const [{ bytes: back }] = await Promise.all([client.rest(), sent]);
  t.is(back.length, bytes.length);
  t.true(back.equals(bytes), '20 MB came back changed');
}

/** Clients that break off leave the others alone. */
export async function breakOff(t: ExecutionContext, server: Server): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
  const [stays] = clients.splice(0, 1);
  // Only TCP has a reset.
  for (const client of clients) client.socket.remoteAddress ? client.reset() : client.destroy();
  if (stays === undefined) return t.fail();
  await server.exchange(t, stays, message(100));
  await server.finish(t, stays);
}

/** Counts what a sink must find in messages that are made by it. */
function counting() {
  const expected = { total: 0, measured: 0, bad: 0 };
  const now = (): bigint => process.hrtime.bigint();
  const count = (bodyBytes: number, stamp = 0n): Buffer => {
    const future = stamp > now() + 10n ** 9n;
    expected.total += 1;
    if (bodyBytes < 8 || future) expected.bad += 1;
    else if (stamp !== 0n) expected.measured += 1;
    return message(bodyBytes, stamp);
  };
  return { expected, now, count };
}

/** Messages of every kind to a sink of datagrams. @returns what it must have counted */
export async function sinkDatagrams(server: Server): Promise<Line> {
  const { expected, now, count } = counting();
  const datagrams = [8, 9, 150, 1024, 2046].map((size) => count(size, now()));
  datagrams.push(count(0), count(7), count(8), count(8, now() + 10n ** 12n));
  datagrams.push(Buffer.concat([count(150, now()), count(0), count(11), count(800, now())]));
  datagrams.push(Buffer.concat(Array.from({ length: 13 }, () => count(150, now()))));
  await server.sendDatagrams(datagrams);
  return { ...expected, chunks: datagrams.length };
}

/** Messages of every kind to a sink, on three connections. @returns what it must have counted */
export async function sinkAll(t: ExecutionContext, server: Server): Promise<Line> {
  const clients = await Promise.all(Array.from({ length: 3 }, () => server.connect()));
  const { expected, now, count } = counting();
  for (const client of clients) {
    await server.send(client, Buffer.concat(sizes.map((size) => count(size))));
    const many = Array.from({ length: 20_000 }, (_, n) => count(8 + (n % 300), now()));
    await server.send(client, Buffer.concat(many));
    await server.send(client, Buffer.concat([count(8, now() + 10n ** 12n), count(7), count(0)]));
    const small = [count(0), count(5), count(8, now()), count(11, now())];
    const pieces = Buffer.concat(small);
    for (const byte of pieces) await server.send(client, Buffer.of(byte));
    for (let cut = 1; cut < 13; ++cut) {
      const whole = count(11, now());
      await server.send(client, whole.subarray(0, cut));
      // The rest comes with further messages behind it.
      await server.send(client, Buffer.concat([whole.subarray(cut), count(3), count(150)]));
    }
  }
  await Promise.all(clients.map((client) => server.finish(t, client)));
  return expected;
}
