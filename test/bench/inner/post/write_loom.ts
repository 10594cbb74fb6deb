/**
 * Posts messages to the reactor of post.config.ts, as fast as it takes them. Arguments: the emitted
 * module, the reactor's core or `any`, messages of a batch, and the times of a Meter. What counts
 * is what the reactor says that it took.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Channel } from '../../../../templates/bindings/channel.ts';
import type { MessageView } from '../../../../templates/bindings/message_view.ts';
import type { MessageWriter } from '../../../../templates/bindings/message_writer.ts';
import type { OpenOptions, Program } from '../../../../templates/bindings/open.ts';
import type { PostChannel } from '../../../../templates/bindings/post_channel.ts';

interface OrderWriter extends MessageWriter {
  word0: number;
}

interface Taken extends MessageView<object> {
  readonly messages: bigint;
  readonly disordered: bigint;
}

/** The emitted module. */
interface OrdersModule {
  open(options?: OpenOptions<'main', never>): Promise<
    Program<'main'> & {
      readonly orders: PostChannel<OrderWriter>;
      readonly taken: Channel<Taken>;
    }
  >;
}

/** Batches between two turns of the event loop, in which the reactor's word comes in. */
const batchesATurn = 64;

const [module = '', core = 'any', size = '', warmup = '0', measured = '0'] = process.argv.slice(2);
const { open } = (await import(module)) as OrdersModule;
const program = await open({ cores: { main: core === 'any' ? 'any' : Number(core) } });
const { orders, taken } = program;
const batch = Number(size);
let number = 0;
let reached = { messages: 0, disordered: 0 };
taken.onBatch((reports) => {
  for (const { messages, disordered } of reports) {
    reached = { messages: Number(messages), disordered: Number(disordered) };
  }
});

const one = (order: OrderWriter): void => {
  order.word0 = (number + 1) >>> 0;
};
const oneOfMany = (order: OrderWriter, index: number): void => {
  order.word0 = (number + index + 1) >>> 0;
};

/** Posts a batch. @returns whether all of it found room */
function post(): boolean {
  if (batch > 1) {
    const posted = orders.postMany(batch, oneOfMany);
    number += posted;
    return posted === batch;
  }
  const posted = orders.post(one);
  if (posted) number += 1;
  return posted;
}

/** Posts for a while. @returns what the reactor has taken by then, and when that was */
async function repeat(milliseconds: number): Promise<{ messages: number; at: number }> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    for (let n = 0; n < batchesATurn; n += 1) {
      if (!post()) {
        await orders.writable;
        break;
      }
    }
    await nextTurn();
  }
  return { messages: reached.messages, at: performance.now() };
}

const begin = await repeat(Number(warmup));
const cpu = process.cpuUsage();
const end = await repeat(Number(measured));
const { user, system } = process.cpuUsage(cpu);
await program.stop();
if (reached.disordered > 0) throw new Error(`${reached.disordered} messages are not in order`);
const result = {
  count: end.messages - begin.messages,
  nanoseconds: Math.round((end.at - begin.at) * 1e6),
  cpu_nanoseconds: (user + system) * 1000,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
