/** Channels from JavaScript against a reader written from the contract: order, room, wake-ups. */
import test from 'ava';
import fc from 'fast-check';
import { MessageWriter } from '../../templates/bindings/message_writer.ts';
import type { ChannelFull } from '../../templates/bindings/channel_layout.ts';
import { PostChannel } from '../../templates/bindings/post_channel.ts';

const offset = 128;
const capacity = 4;
const strideBytes = 24;
const headerBytes = 256;

/** What the generator emits for { sequence: u64, symbol: u16 }. */
class OrderWriter extends MessageWriter {
  /** All zeros. */
  clear(): void {
    this.$clear(16);
  }
  set sequence(value: bigint) {
    this.$view.setBigUint64(this.$at, value, true);
  }
  set symbol(value: number) {
    this.$view.setUint16(this.$at + 8, value, true);
  }
}

/** A channel and the reactor's end of it; counters begin at `start`. */
class Sample {
  readonly memory = new SharedArrayBuffer(offset + headerBytes + capacity * strideBytes);
  readonly view = new DataView(this.memory);
  readonly channel: PostChannel<OrderWriter>;
  posted = 0;

  constructor(full: ChannelFull, start = 0) {
    this.view.setUint32(offset, start, true);
    this.view.setUint32(offset + 128, start, true);
    const descriptor = { name: 'orders', offset, capacity, strideBytes, full, writer: OrderWriter };
    this.channel = new PostChannel<OrderWriter>(descriptor, this.memory, () => {
      this.posted += 1;
    });
  }
  get tail(): number {
    return this.view.getUint32(offset, true);
  }
  get head(): number {
    return this.view.getUint32(offset + 128, true);
  }
  set head(value: number) {
    this.view.setUint32(offset + 128, value, true);
  }
  get waits(): boolean {
    return this.view.getUint32(offset + 192, true) === 1;
  }
  /** The stamp and the fields in the cell of a position. */
  cell(position: number): { stamp: bigint; sequence: bigint; symbol: number } {
    const at = offset + headerBytes + (position % capacity) * strideBytes;
    return {
      stamp: this.view.getBigUint64(at, true),
      sequence: this.view.getBigUint64(at + 8, true),
      symbol: this.view.getUint16(at + 16, true),
    };
  }
  /** Takes the oldest message. */
  take(): bigint | undefined {
    if (this.head === this.tail) return undefined;
    const { sequence } = this.cell(this.head);
    this.head = (this.head + 1) >>> 0;
    return sequence;
  }
}

test('any posts and takes keep the order, and refuse past the capacity', (t) => {
  const action = fc.constantFrom('post', 'many', 'take');
  const starts = fc.constantFrom(0, 2 ** 31 - 2, 2 ** 32 - 3);
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), starts, (actions, start) => {
      const sample = new Sample('block', start);
      const expected: bigint[] = [];
      let next = 1n;
      const fill = (writer: OrderWriter) => {
        writer.sequence = next;
        expected.push(next);
        next += 1n;
      };
      for (const what of actions) {
        const unread = (sample.tail - sample.head) >>> 0;
        if (what === 'post') t.is(sample.channel.post(fill), unread < capacity);
        if (what === 'many') {
          t.is(sample.channel.postMany(3, fill), Math.min(3, capacity - unread));
        }
        if (what === 'take') t.is(sample.take(), expected.shift());
      }
      while (expected.length > 0) t.is(sample.take(), expected.shift());
      t.is(sample.take(), undefined);
    }),
    { numRuns: 100 },
  );
});

test('a message begins with zeros, whatever was in its cell', (t) => {
  const sample = new Sample('block');
  for (let n = 0; n < capacity; n += 1) {
    sample.channel.post((order) => {
      order.sequence = 2n ** 64n - 1n;
      order.symbol = 65535;
    });
    sample.take();
  }
  sample.channel.post(() => undefined);
  t.is(sample.cell(capacity).sequence, 0n);
  t.is(sample.cell(capacity).symbol, 0);
});

test('what is begun is seen together, and the reactor hears of it once', (t) => {
  const sample = new Sample('block');
  for (const symbol of [1, 2, 3]) {
    const writer = sample.channel.begin();
    t.not(writer, undefined);
    if (writer !== undefined) writer.symbol = symbol;
  }
  t.is(sample.tail, 0);
  t.is(sample.posted, 0);
  sample.channel.commit();
  t.is(sample.tail, 3);
  t.is(sample.posted, 1);
  sample.channel.commit();
  t.is(sample.posted, 1, 'nothing new');
  t.is(
    sample.channel.postMany(100, () => undefined),
    1,
  );
  t.is(sample.posted, 2);
});

test('a fill that throws posts nothing of its own', (t) => {
  const sample = new Sample('block');
  const fail = () => {
    throw new Error('no');
  };
  t.throws(() => sample.channel.post(fail), { message: 'no' });
  t.is(sample.tail, 0);
  const failAtTwo = (order: OrderWriter, index: number) => {
    if (index === 2) fail();
    order.symbol = index;
  };
  t.throws(() => sample.channel.postMany(4, failAtTwo), { message: 'no' });
  t.is(sample.tail, 2, 'those before it are posted');
  t.true(sample.channel.post(() => undefined));
  t.is(sample.tail, 3);
});

test('writable resolves when half is free, and asks to be woken', async (t) => {
  const sample = new Sample('block');
  await sample.channel.writable;
  t.is(
    sample.channel.postMany(capacity + 1, () => undefined),
    capacity,
  );
  t.is(sample.channel.stats.blocked, 1n);
  let isWritable = false;
  const writable = sample.channel.writable.then(() => {
    isWritable = true;
  });
  t.true(sample.waits);
  sample.head = 1;
  sample.channel.$check();
  await Promise.resolve();
  t.false(isWritable, 'a quarter is free');
  t.false(sample.channel.$hasRoom());
  sample.head = 2;
  t.true(sample.channel.$hasRoom());
  sample.channel.$check();
  await writable;
  t.true(isWritable);
  t.true(sample.channel.stats.blockedNanoseconds > 0n);
});

test('writable is rejected when the program stops', async (t) => {
  const sample = new Sample('block');
  sample.channel.postMany(capacity + 1, () => undefined);
  const { writable } = sample.channel;
  sample.channel.$end();
  await t.throwsAsync(writable, { code: 'LOOM6009' });
});

test('without room the newest is dropped and counted', (t) => {
  const sample = new Sample('drop-newest');
  t.is(
    sample.channel.postMany(10, () => undefined),
    capacity,
  );
  t.false(sample.channel.post(() => undefined));
  t.is(sample.channel.stats.droppedNewest, 2n, 'one of postMany, which stops there, and one');
});

test('the oldest is overwritten, and a message under way has no whole stamp', (t) => {
  const sample = new Sample('drop-oldest', 2 ** 32 - 3);
  let next = 1n;
  const fill = (order: OrderWriter) => {
    order.sequence = next;
    next += 1n;
  };
  t.is(sample.channel.postMany(11, fill), 11);
  t.is(sample.tail, 8);
  for (const position of [4, 5, 6, 7]) t.is(sample.cell(position).sequence, BigInt(position + 4));
  const before = sample.cell(8).stamp;
  const writer = sample.channel.begin();
  t.is(sample.cell(8).stamp & 1n, 1n);
  t.not(sample.cell(8).stamp, before);
  if (writer !== undefined) fill(writer);
  sample.channel.commit();
  t.is(sample.cell(8).stamp & 0xffff_ffffn, 18n);
  t.is(sample.channel.stats.droppedOldest, 8n);
});
