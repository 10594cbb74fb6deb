/** A real addon whose channels go in every direction, with each answer to a full one. */
import test from 'ava';
import { backends, type Built, until } from './built_program.ts';
import {
  buildChannels,
  type ChannelsModule,
  collect,
  type OrderValue,
} from './channels_program.ts';

let built: Built<ChannelsModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await buildChannels();
});

for (const backend of backends) {
  test(`${backend}: what is posted goes through two reactors and comes back`, async (t) => {
    t.timeout(60_000);
    await using program = await built.module.open({ backend });
    const total = 20_000;
    let next = 1n;
    const wrong: OrderValue[] = [];
    program.returned.onBatch((batch) => {
      for (const order of batch) {
        const isRight = order.sequence === next && order.price === -next && order.symbol === 7;
        if (!isRight) wrong.push(order.toObject());
        next += 1n;
      }
    });
    let posted = 0;
    while (posted < total) {
      posted += program.orders.postMany(total - posted, (order, index) => {
        const sequence = BigInt(posted + index + 1);
        order.sequence = sequence;
        order.price = -sequence;
        order.symbol = 7;
      });
      if (posted < total) await program.orders.writable;
    }
    await until(() => next === BigInt(total) + 1n);
    t.deepEqual(wrong, []);
    const { orders, passed, returned } = program;
    for (const { stats } of [orders, passed, returned]) {
      t.is(stats.written, BigInt(total));
      t.is(stats.delivered, BigInt(total));
      t.is(stats.droppedNewest + stats.droppedOldest + stats.conflated, 0n);
    }
    t.true(orders.stats.blocked > 0n && orders.stats.blockedNanoseconds > 0n);
    t.true(passed.stats.blocked > 0n, 'eight cells were too few');
    t.is(program.stats.left.allocationsAfterInit, 0n);
    t.is(program.stats.right.allocationsAfterInit, 0n);
  });

  test(`${backend}: fibers wait for messages and for room`, async (t) => {
    t.timeout(60_000);
    await using program = await built.module.open({ backend });
    const total = 2000;
    const post = (async () => {
      for (let posted = 0; posted < total; ) {
        const count = Math.min(total - posted, 5);
        posted += program.asked.postMany(count, (order, index) => {
          order.sequence = BigInt(posted + index + 1);
        });
        if (posted < total) await program.asked.writable;
      }
    })();
    const seen = new Set<bigint>();
    for await (using batch of program.answered) {
      t.true(batch.length <= 4);
      for (const order of batch) seen.add(order.sequence);
      if (seen.size === total) break;
    }
    await post;
    t.is(program.asked.stats.delivered, BigInt(total));
    t.is(program.answered.stats.written, BigInt(total), 'each message once');
    t.true(program.answered.stats.blocked > 0n);
  });

  test(`${backend}: a burst into a full channel drops the newest`, async (t) => {
    await using program = await built.module.open({ backend });
    program.bursts.post((burst) => {
      burst.policy = 0;
      burst.count = 100;
    });
    // Nobody reads yet: the whole burst comes before.
    await until(() => program.lossy.stats.droppedNewest === 84n);
    const sequences = collect(program.lossy);
    await until(() => sequences.length === 16);
    t.deepEqual(
      sequences,
      Array.from({ length: 16 }, (_, n) => BigInt(n + 1)),
    );
    t.is(program.lossy.dropped, 84n);
  });

  test(`${backend}: a burst into a full channel drops the oldest`, async (t) => {
    await using program = await built.module.open({ backend });
    program.bursts.post((burst) => {
      burst.policy = 1;
      burst.count = 100;
    });
    await until(() => program.latest.stats.written === 100n);
    t.is(program.latest.stats.droppedOldest, 84n, 'also before anybody reads');
    const sequences = collect(program.latest);
    await until(() => sequences.length >= 16);
    t.deepEqual(
      sequences,
      Array.from({ length: 16 }, (_, n) => BigInt(n + 85)),
    );
    t.is(program.latest.stats.droppedOldest, 84n);
    t.is(program.latest.stats.delivered, 16n);
  });

  test(`${backend}: a burst keeps the latest of each key`, async (t) => {
    await using program = await built.module.open({ backend });
    program.bursts.post((burst) => {
      burst.policy = 2;
      burst.keys = 20;
      burst.count = 100;
    });
    await until(() => program.tops.stats.conflated + program.tops.stats.droppedNewest === 84n);
    const orders: OrderValue[] = [];
    program.tops.onBatch((batch) => {
      for (const order of batch) orders.push(order.toObject());
    });
    await until(() => orders.length === 16);
    // Keys 1 to 16 came first; 17, 18, 19 and 0 found no cell.
    t.deepEqual(
      orders.map(({ symbol, sequence }) => [symbol, sequence]),
      Array.from({ length: 16 }, (_, n) => [n + 1, BigInt(n + 81)]),
    );
    t.is(program.tops.stats.droppedNewest, 20n);
  });

  test(`${backend}: a stop with messages under way closes both ends`, async (t) => {
    const program = await built.module.open({ backend });
    const fill = () => program.orders.postMany(1000, () => undefined);
    // Nobody reads what comes back, so the channels fill.
    for (let turn = 0; turn < 20; turn += 1) {
      fill();
      await new Promise(setImmediate);
    }
    fill();
    await program.stop();
    t.throws(() => program.orders.post(() => undefined), { code: 'LOOM6009' });
    await t.throwsAsync(program.orders.writable, { code: 'LOOM6009' });
  });
}
