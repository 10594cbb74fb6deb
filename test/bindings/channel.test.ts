/** Channels with an emitted reader class, and the sleep of a link. */
import test from 'ava';
import fc from 'fast-check';
import {
  channelCapacity,
  channelOffset,
  channelStrideBytes,
  type QuoteValue,
  serverFd,
  startSample,
} from './sample_program.ts';
import { eventually, nextTurn, type SimulatedReactor } from './simulated_reactor.ts';

const quoteArbitrary: fc.Arbitrary<QuoteValue> = fc.record({
  symbol: fc.nat(0xffff),
  bid: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ask: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  firm: fc.boolean(),
  weight: fc.double({ noNaN: true }),
});

/** The reactor's end of the sample's channel. */
class SimulatedPublisher {
  readonly #view: DataView;
  readonly #words: Int32Array;

  constructor(reactor: SimulatedReactor, start = 0) {
    this.#view = new DataView(reactor.memory);
    this.#words = new Int32Array(reactor.memory);
    this.#words[channelOffset / 4] = start;
    this.#words[channelOffset / 4 + 32] = start;
  }

  get head(): number {
    return Atomics.load(this.#words, channelOffset / 4 + 32);
  }

  get tail(): number {
    return Atomics.load(this.#words, channelOffset / 4);
  }

  publish(quote: QuoteValue): boolean {
    const { tail } = this;
    if (((tail - this.head) | 0) === channelCapacity) {
      this.#view.setBigUint64(
        channelOffset + 8,
        this.#view.getBigUint64(channelOffset + 8, true) + 1n,
        true,
      );
      return false;
    }
    const at = channelOffset + 264 + (tail & (channelCapacity - 1)) * channelStrideBytes;
    this.#view.setUint16(at, quote.symbol, true);
    this.#view.setBigInt64(at + 8, quote.bid, true);
    this.#view.setBigUint64(at + 16, quote.ask, true);
    this.#view.setUint8(at + 24, quote.firm ? 1 : 0);
    this.#view.setFloat64(at + 32, quote.weight, true);
    Atomics.store(this.#words, channelOffset / 4, (tail + 1) | 0);
    return true;
  }
}

const someQuote: QuoteValue = { symbol: 1, bid: -1n, ask: 1n, firm: true, weight: 0.5 };

test('any values are read as they were written, in order', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(quoteArbitrary, { maxLength: 30 }), async (quotes) => {
      const { reactor, quotes: channel } = startSample();
      const publisher = new SimulatedPublisher(reactor);
      const read: QuoteValue[] = [];
      channel.onBatch((batch) => {
        for (const quote of batch) read.push(quote.toObject());
      });
      for (const quote of quotes) {
        await eventually(() => publisher.publish(quote), 'room in the channel');
        reactor.endTurn();
      }
      await eventually(() => read.length === quotes.length, 'the last message');
      t.deepEqual(read, quotes);
    }),
    { numRuns: 30 },
  );
});

test('a batch holds its room until it is disposed; losses are counted', async (t) => {
  const { reactor, quotes: channel } = startSample();
  const publisher = new SimulatedPublisher(reactor);
  for (let n = 0; n < channelCapacity; n += 1) publisher.publish({ ...someQuote, symbol: n });
  const symbols: number[] = [];
  for await (using batch of channel) {
    t.is(batch.length, channelCapacity);
    for (const quote of batch) symbols.push(quote.symbol);
    t.is(batch.length, 0);
    t.is(publisher.head, 0);
    t.false(publisher.publish(someQuote));
    t.is(channel.dropped, 1n);
    break;
  }
  t.deepEqual(symbols, [0, 1, 2, 3]);
  t.is(publisher.head, channelCapacity);
  t.true(publisher.publish(someQuote));
});

test('a batch that is disposed while it is read has nothing left', (t) => {
  const { reactor, quotes: channel } = startSample();
  const publisher = new SimulatedPublisher(reactor);
  for (let symbol = 1; symbol <= 3; symbol += 1) publisher.publish({ ...someQuote, symbol });
  const symbols: number[] = [];
  channel.onBatch((batch) => {
    for (const quote of batch) {
      symbols.push(quote.symbol);
      if (symbols.length === 2) batch[Symbol.dispose]();
    }
    t.is(batch.length, 0);
    t.deepEqual([...batch], []);
  });
  channel.$refresh();
  channel.$offer();
  t.deepEqual(symbols, [1, 2]);
  t.is(publisher.head, publisher.tail);
});

test('the same view object serves every message', async (t) => {
  const { reactor, quotes: channel } = startSample();
  const publisher = new SimulatedPublisher(reactor);
  publisher.publish({ ...someQuote, symbol: 7 });
  publisher.publish({ ...someQuote, symbol: 8 });
  for await (using batch of channel) {
    const views = [...batch];
    t.is(views[0], views[1]);
    break;
  }
  t.is(publisher.head, publisher.tail);
});

test('the link sleeps when nothing comes, and is woken by the next publication', async (t) => {
  const { reactor, quotes: channel, control } = startSample();
  const publisher = new SimulatedPublisher(reactor);
  let quotes = 0;
  let messages = 0;
  channel.onBatch((batch) => {
    quotes += batch.length;
  });
  control.onBatch((batch) => {
    for (const _message of batch) messages += 1;
  });
  await eventually(() => reactor.jsIsArmed, 'sleep');
  publisher.publish(someQuote);
  await nextTurn();
  t.is(quotes, 0, 'asleep');
  t.true(reactor.endTurn());
  t.is(quotes, 1);
  t.false(reactor.endTurn(), 'awake: no second wake-up');
  await eventually(() => reactor.jsIsArmed, 'sleep again');
  reactor.open(serverFd, 0, 1, 0);
  reactor.deliver(serverFd, 2, 0, 1, 'x');
  t.true(reactor.endTurn());
  t.is(messages, 1);
});

test('a reactor that waits for room is woken when there is some', async (t) => {
  const { reactor, quotes: channel } = startSample();
  const publisher = new SimulatedPublisher(reactor);
  publisher.publish(someQuote);
  const iterator = channel[Symbol.asyncIterator]();
  const { value: batch } = await iterator.next();
  reactor.stall();
  t.is(reactor.wakeUps, 0);
  batch?.[Symbol.dispose]();
  t.is(reactor.wakeUps, 1);
  publisher.publish(someQuote);
  (await iterator.next()).value?.[Symbol.dispose]();
  t.is(reactor.wakeUps, 1, 'nobody waits');
  await iterator.return?.();
});

test('a channel that is full and has no reader is named once', async (t) => {
  const { reactor } = startSample();
  const publisher = new SimulatedPublisher(reactor);
  const warnings: string[] = [];
  const note = (warning: Error & { code?: string }) =>
    warnings.push(`${warning.code} ${warning.message}`);
  process.on('warning', note);
  while (publisher.publish(someQuote));
  await eventually(() => warnings.length > 0, 'the warning');
  reactor.endTurn();
  await nextTurn();
  process.off('warning', note);
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /^LOOM6008 channels\.quotes is full of messages that nobody reads/);
});

test('a second reader of a channel is refused with the channel’s name', (t) => {
  const { quotes } = startSample();
  quotes.onBatch(() => undefined);
  const error = t.throws(() => quotes.batches(), { code: 'LOOM6007' });
  t.like(error, { channel: 'quotes', fd: undefined });
});

test('a paused channel keeps its messages for later, and is full like any other', async (t) => {
  const { reactor, quotes } = startSample();
  const publisher = new SimulatedPublisher(reactor);
  let read = 0;
  quotes.onBatch((batch) => {
    for (const _ of batch) read += 1;
  });
  quotes.pause();
  while (publisher.publish(someQuote));
  reactor.endTurn();
  await nextTurn();
  t.is(read, 0);
  t.is(quotes.dropped, 1n);
  quotes.resume();
  await nextTurn();
  t.is(read, channelCapacity);
  t.is(publisher.head, publisher.tail);
});
