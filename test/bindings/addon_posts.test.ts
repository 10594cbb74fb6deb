/** A real addon: what becomes of posts without room, of readers that lag, and of held batches. */
import test from 'ava';
import { backends, type Built, until } from './built_program.ts';
import {
  buildChannels,
  type Channels,
  type ChannelsModule,
  collect,
  type OrderWriter,
} from './channels_program.ts';

let built: Built<ChannelsModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await buildChannels();
});

/** Numbers messages from 1; ten symbols take turns. */
function fill(order: OrderWriter, index: number): void {
  order.sequence = BigInt(index + 1);
  order.symbol = index % 10;
}

/** What the messages of a batch say, which shows one after the other by the same view. */
function sequencesOf({ value }: IteratorResult<Iterable<{ sequence: bigint }>>): bigint[] {
  return Array.from((value ?? []) as Iterable<{ sequence: bigint }>, ({ sequence }) => sequence);
}

/** Has the reactor publish `count` messages to `latest` in one turn. */
function burst(program: Channels, count: number): void {
  program.bursts.post((order) => {
    order.policy = 1;
    order.count = count;
  });
}

for (const backend of backends) {
  test(`${backend}: posts by key leave the newest of each`, async (t) => {
    await using program = await built.module.open({ backend });
    const sequences = collect(program.lossy);
    t.is(program.keyed.postMany(100, fill), 100);
    await until(() => sequences.length === 10);
    t.deepEqual(
      sequences,
      Array.from({ length: 10 }, (_, n) => BigInt(n + 91)),
    );
    const { keyed } = program;
    t.is(keyed.stats.conflated, 90n);
    t.is(keyed.stats.delivered, 10n);
    const tooMany = (order: OrderWriter, index: number) => {
      order.symbol = index;
    };
    t.is(keyed.postMany(20, tooMany), 16);
    t.is(keyed.stats.droppedNewest, 4n);
  });

  test(`${backend}: any rate of posts by key ends with the newest of each`, async (t) => {
    t.timeout(60_000);
    await using program = await built.module.open({ backend });
    const newest = new Map<number, bigint>();
    program.lossy.onBatch((batch) => {
      for (const { symbol, sequence } of batch) newest.set(symbol, sequence);
    });
    const total = 20_000;
    let lost = 0n;
    for (let index = 0; index < total; ) {
      // The reactor takes messages while these are posted, one by one; those that it is at have
      // their cells until it is done with them.
      for (let n = 0; n < 500; n += 1, index += 1) {
        if (!program.keyed.post((order) => fill(order, index))) lost += 1n;
      }
      await new Promise(setImmediate);
    }
    const { stats } = program.keyed;
    await until(() => stats.unread === 0n && program.lossy.stats.unread === 0n);
    t.is(stats.delivered + stats.conflated + lost, BigInt(total));
    t.is(stats.droppedNewest, lost);
    // Both rings are empty: these find a cell each.
    program.keyed.postMany(10, (order, index) => fill(order, total + index));
    const isNew = ([symbol, sequence]: [number, bigint]) => sequence === BigInt(total + symbol + 1);
    await until(() => newest.size === 10 && [...newest].every(isNew));
  });

  test(`${backend}: past a full channel the newest post waits`, async (t) => {
    await using program = await built.module.open({ backend });
    const sequences = collect(program.lossy);
    t.is(program.last.postMany(100, fill), 100);
    await until(() => sequences.length === 9);
    t.deepEqual(sequences, [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 100n]);
    t.is(program.last.stats.conflated, 91n);
    t.is(program.last.stats.delivered, 9n);
  });

  test(`${backend}: posts that drop the newest or the oldest are counted`, async (t) => {
    await using program = await built.module.open({ backend });
    const { newest, oldest } = program;
    t.is(newest.postMany(100, fill), 16, 'it stops at the first that finds no room');
    t.is(newest.stats.droppedNewest, 1n);
    await until(() => newest.stats.delivered === 16n);
    t.is(oldest.postMany(100, fill), 100);
    await until(() => oldest.stats.delivered + oldest.stats.droppedOldest === 100n);
    t.is(oldest.stats.written, 100n);
    t.is(oldest.stats.droppedNewest, 0n);
  });

  test(`${backend}: a reader that lags is told how many it lost`, async (t) => {
    await using program = await built.module.open({ backend });
    const told: unknown[] = [];
    program.on('overflow', (event) => told.push(event));
    const { latest } = program;
    const reader = latest[Symbol.asyncIterator]();
    burst(program, 10);
    const first = await reader.next();
    t.is(first.value?.length, 10);
    // It still has these when the rest comes, four times what the channel holds.
    burst(program, 64);
    await until(() => latest.stats.written === 74n);
    t.is(latest.dropped, 48n);
    t.deepEqual(
      sequencesOf(first),
      Array.from({ length: 10 }, (_, n) => BigInt(n + 1)),
      "a batch is the reader's own",
    );
    first.value?.[Symbol.dispose]();
    const second = await reader.next();
    t.deepEqual(
      sequencesOf(second),
      Array.from({ length: 16 }, (_, n) => BigInt(n + 49)),
    );
    second.value?.[Symbol.dispose]();
    t.is(latest.dropped, 48n);
    t.is(latest.stats.delivered, 26n);
    t.like(told[0], { channel: 'latest', state: 'began' });
  });

  test(`${backend}: a batch that is held for ever holds up its channel alone`, async (t) => {
    const program = await built.module.open({ backend });
    const { returned, orders, passed } = program;
    const reader = returned[Symbol.asyncIterator]();
    orders.post((order) => fill(order, 0));
    const held = await reader.next();
    for (let posted = 1; posted < 200; ) {
      posted += orders.postMany(200 - posted, (order, index) => fill(order, posted + index));
      if (posted < 200) await orders.writable;
    }
    await until(() => passed.stats.delivered === 200n && returned.stats.unread === 16n);
    t.is(returned.stats.delivered, 0n);
    t.is(returned.stats.written, 16n, 'no more than the channel holds');
    t.true(returned.stats.blocked > 0n);
    const sequences = collect(program.lossy);
    program.newest.postMany(3, fill);
    await until(() => sequences.length === 3);
    t.deepEqual(sequencesOf(held), [1n]);
    await program.close();
    t.deepEqual(
      sequencesOf(await reader.next()),
      Array.from({ length: 15 }, (_, n) => BigInt(n + 2)),
      'what lay in the channel is still there',
    );
    t.is((await reader.next()).done, true, 'and then it ends');
  });
}
