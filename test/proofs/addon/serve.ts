/**
 * The program of this folder in a Node process of its own: sends back what is delivered, reads what
 * the channel brings, and answers each message of its parent with what was counted so far. Its
 * arguments are the emitted module and the backend.
 */

import { readdirSync, readFileSync } from 'node:fs';
import type { Channel } from '../../../templates/bindings/channel.ts';
import type { MessageView } from '../../../templates/bindings/message_view.ts';
import type { OpenOptions, Program } from '../../../templates/bindings/open.ts';
import type { NativeServer, Server } from '../../../templates/bindings/stream.ts';
import { echo } from '../../bindings/built_program.ts';

/** A message of the channel. */
type Count = MessageView<{ number: bigint; length: bigint }> & { readonly number: bigint };

/** The emitted module. */
interface LinesModule {
  open(options?: OpenOptions<'main', 'delivered' | 'handled'>): Promise<
    Program<'main'> & {
      readonly delivered: Server;
      readonly handled: NativeServer;
      readonly counts: Channel<Count>;
    }
  >;
}

/** What the process says of itself. */
export interface AddonReport {
  addresses: { delivered: string; handled: string };
  /**
   * Calls of malloc and its relatives, by the kind of thread; of the reactors' those too that were
   * made in Node, which queued a wake-up of JavaScript.
   */
  mallocs: { reactors: number; reactorsInNode: number; javascript: number; untold: number };
  /** Reactor threads that were found. */
  reactorThreads: number;
  /** What the reactor itself counts: operator new after the start, messages, drops. */
  news: number;
  received: number;
  dropped: number;
  /** Messages of the channel that were read here. */
  read: number;
  /** JavaScript's heap after a collection. */
  heapBytes: number;
}

/** The kinds of threads' calls of the allocator, by the preloaded counter. */
function mallocs() {
  const bytes = readFileSync(process.env.LOOM_MALLOC_COUNTS ?? '');
  const table = new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const calls = new Map<number, { all: number; inNode: number }>();
  for (let at = 0; at < table.length; at += 3) {
    const [thread, all, inNode] = [...table.subarray(at, at + 3)].map(Number);
    calls.set(thread ?? 0, { all: all ?? 0, inNode: inNode ?? 0 });
  }
  const isReactor = (thread: string): boolean =>
    readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').startsWith('lines:');
  const reactors = readdirSync('/proc/self/task').filter(isReactor);
  const sum = (kind: 'all' | 'inNode'): number =>
    reactors.reduce((all, thread) => all + (calls.get(Number(thread))?.[kind] ?? 0), 0);
  return {
    mallocs: {
      reactors: sum('all'),
      reactorsInNode: sum('inNode'),
      javascript: calls.get(process.pid)?.all ?? 0,
      untold: Number(table[table.length - 2]),
    },
    reactorThreads: reactors.length,
  };
}

const [module = '', backend] = process.argv.slice(2);
const { open } = (await import(module)) as LinesModule;
const program = await open({ backend: backend as 'io_uring' | 'epoll' });
let read = 0;
program.counts.onBatch((batch) => {
  for (const message of batch) if (Number(message.number) > 0) read += 1;
});
void echo(program.delivered);

process.on('message', () => {
  globalThis.gc?.();
  const { main } = program.stats;
  const report: AddonReport = {
    addresses: { delivered: program.delivered.address, handled: program.handled.address },
    ...mallocs(),
    news: Number(main.allocationsAfterInit),
    received: Number(main.messagesReceived),
    dropped: Number(program.counts.dropped),
    read,
    heapBytes: process.memoryUsage().heapUsed,
  };
  process.send?.(report);
});
process.on('disconnect', () => void program.stop());
