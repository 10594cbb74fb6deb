/**
 * Real programs for tests of the bindings: generated and compiled by the command line below
 * `.cache/`, and imported from there. A second build finds nothing to do.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Channel } from '../../templates/bindings/channel.ts';
import type { OpenOptions, Program } from '../../templates/bindings/open.ts';
import type { NativeServer, Server, Stream } from '../../templates/bindings/stream.ts';
import type { Timer } from '../../templates/bindings/timer.ts';
import type { MessageView } from '../../templates/bindings/message_view.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Both backends; every test of I/O runs on each. */
export const backends = ['io_uring', 'epoll'] as const;

/** examples/echo-ts. */
export interface EchoTs extends Program<'main'> {
  readonly tcp: Server;
  readonly local: Server;
}

/** The emitted module of examples/echo-ts. */
export interface EchoTsModule {
  open(options?: OpenOptions<'main', 'tcp' | 'local'>): Promise<EchoTs>;
}

/** test/bindings/sample. */
export interface BindingsSample extends Program<'front' | 'back'> {
  readonly frames: Server;
  readonly dial: Stream;
  readonly counted: NativeServer;
  readonly beat: Timer;
  readonly counts: Channel<
    MessageView<{ connection: number; total: bigint; negative: bigint }> & {
      readonly connection: number;
      readonly total: bigint;
      readonly negative: bigint;
    }
  >;
}

/** The emitted module of test/bindings/sample. */
export interface BindingsSampleModule {
  open(
    options?: OpenOptions<'front' | 'back', 'frames' | 'dial' | 'counted'>,
  ): Promise<BindingsSample>;
}

/** A built program: its module, and where that and its addon are. */
export interface Built<Module> {
  readonly module: Module;
  readonly index: string;
  readonly addon: string;
}

/**
 * Builds a config of this repository, below a lock, because test files run side by side: the first
 * that wants a program compiles it, and the others find nothing to do. Unoptimised takes half of
 * the time and has the runtime's assertions; with `no-compile` there are bindings and no addon.
 */
export async function build<Module>(
  config: string,
  name: string,
  how: 'release' | 'debug' | 'no-compile',
): Promise<Built<Module>> {
  const programs = join(root, '.cache', 'bindings');
  mkdirSync(programs, { recursive: true });
  const out = join(programs, name);
  const words = ['build', config, '--out', out, `--${how}`, '--quiet'];
  const command = [process.execPath, 'bin/loomgen.js', ...words];
  await run('flock', [`${out}.lock`, ...command], { cwd: root });
  const index = join(out, 'bindings', 'index.ts');
  const module = (await import(index)) as Module;
  return { module, index, addon: join(out, 'build', how, `${name}.node`) };
}

/** Builds examples/echo-ts. */
export function buildEchoTs(): Promise<Built<EchoTsModule>> {
  return build('examples/echo-ts/loom.config.ts', 'echo_ts', 'release');
}

/** A folder of this process, for unix sockets (their paths are short) and small files. */
export const ownFolder = mkdtempSync(join(tmpdir(), 'loom-'));
process.on('exit', () => rmSync(ownFolder, { recursive: true, force: true }));

/** Addresses that nobody else uses. */
export function freeAddresses(name: string): { tcp: string; local: string } {
  return { tcp: '127.0.0.1:0', local: join(ownFolder, `${name}.sock`) };
}

/** Connects a client that no one here wrote to `host:port` or a path. */
export function dial(address: string, allowHalfOpen = false): Promise<Socket> {
  const colon = address.lastIndexOf(':');
  const target = address.startsWith('/')
    ? { path: address }
    : { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, allowHalfOpen });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Reads until `bytes` have come. */
export function readExactly(socket: Socket, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < bytes) return;
      socket.off('data', onData).off('error', reject).off('close', onClose);
      resolve(Buffer.concat(chunks));
    };
    const onClose = () => reject(new Error(`closed after ${length} of ${bytes} bytes`));
    socket.on('data', onData).once('error', reject).once('close', onClose);
  });
}

/** Resolves when the socket is closed; true when that was by an error (a reset). */
export function closed(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.resume();
    if (socket.destroyed) resolve(false);
    socket.once('close', resolve);
  });
}

/** Echoes on a server until its program stops. */
export async function echo(server: Server): Promise<void> {
  const waiting = new Map<number, Uint8Array[]>();
  server.on('drain', (connection) => {
    const answers = waiting.get(connection.id) ?? [];
    while (answers[0] !== undefined && connection.send(answers[0])) answers.shift();
    if (answers.length > 0) return;
    waiting.delete(connection.id);
    connection.resumeReceiving();
  });
  for await (using batch of server) {
    for (const message of batch) {
      const { connection } = message;
      const answers = waiting.get(connection.id);
      if (answers !== undefined) answers.push(message.copy());
      else if (!connection.send(message.bytes) && !connection.closed) {
        connection.pauseReceiving();
        waiting.set(connection.id, [message.copy()]);
      }
    }
  }
}

/**
 * Resolves when `condition` holds, which another thread or process brings about: no number of turns
 * or milliseconds is enough for that on a busy machine, so the test's own timeout is the only one.
 */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
