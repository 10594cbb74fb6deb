/**
 * The reading process of the long run: reads a channel and a stream as a program does that is not
 * always quick. It holds batches, is busy for a while, and stops reading its socket now and then.
 * Arguments: the emitted module, the backend, the ports of the peer, a seed and milliseconds
 * between two samples. Its parent is told the samples; asked for its counts, it tells those.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seeded } from '../../../generator/measure/statistics.ts';
import type { Channel } from '../../../templates/bindings/channel.ts';
import type { MessageView } from '../../../templates/bindings/message_view.ts';
import type { OpenOptions, Program } from '../../../templates/bindings/open.ts';
import type { Stream } from '../../../templates/bindings/stream.ts';
import type { Sample } from '../flatness.ts';

/** What was counted so far. */
export interface Counted {
  /** Messages that JavaScript read, and those that it did not because the channel was full. */
  handled: { read: number; dropped: number };
  delivered: { read: number };
  /** Messages whose number is not above the last one's; where none is dropped: not the next. */
  disordered: number;
  /** What the reactor counts: messages of both, connections, and allocations after its start. */
  received: number;
  connected: number;
  allocations: number;
}

/** What the consumer tells its parent. */
export type ConsumerReport = { sample: Sample } | { counted: Counted } | { listening: true };

interface Quote extends MessageView<object> {
  readonly number: bigint;
}

/** The emitted module. */
interface SoakModule {
  open(options?: OpenOptions<'main', 'handled' | 'delivered'>): Promise<
    Program<'main'> & {
      readonly handled: object;
      readonly delivered: Stream;
      readonly quotes: Channel<Quote>;
    }
  >;
}

/** How often a batch is read late, and how late at most. */
const holdShare = 0.01;
const holdMilliseconds = 20;
/** How often reading it keeps the event loop busy, and how long. */
const busyShare = 0.01;
const busyMilliseconds = 3;
/** How often a socket is not read for a while. */
const pauseShare = 0.005;

const [module = '', backend, handled, delivered, seed, every] = process.argv.slice(2);
const { open } = (await import(module)) as SoakModule;
const program = await open({
  backend: backend as 'io_uring' | 'epoll',
  addresses: { handled: `127.0.0.1:${handled}`, delivered: `127.0.0.1:${delivered}` },
});
const counts = { handled: 0, delivered: 0, disordered: 0 };
const tell = (report: ConsumerReport): void => {
  // A parent that has heard enough has left before this process is told so.
  if (process.connected) process.send?.(report);
};

/** What a reader does before it reads a batch. */
async function dawdle(random: Random): Promise<void> {
  const what = random();
  if (what < holdShare) await sleep(random() * holdMilliseconds);
  else if (what < holdShare + busyShare) {
    const end = performance.now() + busyMilliseconds;
    while (performance.now() < end) {
      // Somebody computes.
    }
  }
}

async function readQuotes(random: Random): Promise<void> {
  let last = 0n;
  for await (using batch of program.quotes) {
    await dawdle(random);
    for (const { number } of batch) {
      counts.handled += 1;
      if (number <= last) counts.disordered += 1;
      last = number;
    }
  }
}

async function readStream(random: Random): Promise<void> {
  let last = 0n;
  for await (using batch of program.delivered) {
    await dawdle(random);
    for (const { connection, view, byteOffset } of batch) {
      counts.delivered += 1;
      const number = view.getBigUint64(byteOffset, true);
      if (number !== last + 1n) counts.disordered += 1;
      last = number;
      if (random() * 64 >= pauseShare) continue;
      connection.pauseReceiving();
      setTimeout(() => connection.resumeReceiving(), random() * holdMilliseconds);
    }
  }
}

/** Memory after a collection. */
function sample(): Sample {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { messages: counts.handled + counts.delivered, heapUsed, external, rss };
}

void readQuotes(seeded(Number(seed)));
void readStream(seeded(Number(seed) + 1));
const sampling = setInterval(() => tell({ sample: sample() }), Number(every));
process.on('message', () => {
  const { main } = program.stats;
  tell({
    counted: {
      handled: { read: counts.handled, dropped: Number(program.quotes.dropped) },
      delivered: { read: counts.delivered },
      disordered: counts.disordered,
      received: Number(main.messagesReceived),
      connected: Number(main.connected),
      allocations: Number(main.allocationsAfterInit),
    },
  });
});
process.on('disconnect', () => {
  clearInterval(sampling);
  void program.stop();
});
tell({ listening: true });
