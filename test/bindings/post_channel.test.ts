/** Channels from JavaScript against a reader written from the contract: order, room, wake-ups. */
import test from 'ava';
import fc from 'fast-check';
import { capacity, type OrderWriter, Sample } from './post_sample.ts';

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

test('untilWritable() is ended by its signal, and the channel goes on', async (t) => {
  const sample = new Sample('block');
  sample.channel.postMany(capacity + 1, () => undefined);
  const reason = new Error('enough');
  const controller = new AbortController();
  const waiting = sample.channel.untilWritable({ signal: controller.signal });
  controller.abort(reason);
  await t.throwsAsync(waiting, { is: reason });
  sample.head = capacity;
  sample.channel.$check();
  await sample.channel.untilWritable();
  t.true(sample.channel.post(() => undefined));
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
