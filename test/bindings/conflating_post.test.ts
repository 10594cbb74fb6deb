/** Channels from JavaScript that conflate, against a reader written from the contract. */
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { KeyTable } from '../../templates/bindings/key_table.ts';
import { capacity, type OrderWriter, Sample } from './post_sample.ts';

/** Where counters begin: also where halves of positions and of stamps wrap. */
const starts = fc.constantFrom(0, 2 ** 31 - 3, 2 ** 32 - 3);

interface Unread {
  readonly symbol: number;
  sequence: bigint;
}

/** What a channel by key and its reader hold, as it should be. */
class KeyedModel {
  readonly sample: Sample;
  readonly unread: Unread[] = [];
  /** Messages that the reader has taken and not given back. */
  held = 0;
  position: bigint;
  next = 1n;
  conflated = 0n;
  dropped = 0n;

  constructor(start: number) {
    this.sample = new Sample('conflate-by-key', start, { offset: 8, bytes: 2 });
    this.position = BigInt(start);
  }

  /** Fills the next message of a key. @returns whether it should find a place */
  fill(order: OrderWriter, symbol: number): boolean {
    const sequence = this.next;
    this.next += 1n;
    order.sequence = sequence;
    order.symbol = symbol;
    const old = this.unread.find((each) => each.symbol === symbol);
    if (old !== undefined) {
      old.sequence = sequence;
      this.conflated += 1n;
    } else if (this.unread.length + this.held < capacity) {
      this.unread.push({ symbol, sequence });
    } else {
      this.dropped += 1n;
      return false;
    }
    return true;
  }

  /** Takes the oldest message as the reactor does, and compares it. */
  take(t: ExecutionContext): void {
    const expected = this.unread.shift();
    if (expected === undefined) {
      t.is(BigInt.asUintN(32, this.position), BigInt(this.sample.tail), 'nothing more');
      return;
    }
    t.true(this.sample.claim(this.position));
    const { sequence, symbol } = this.sample.cell(Number(this.position));
    t.deepEqual({ sequence, symbol }, expected);
    this.position += 1n;
    this.held += 1;
  }

  /** Gives back what was taken. */
  release(): void {
    this.sample.head = Number(BigInt.asUintN(32, this.position));
    this.held = 0;
  }
}

test('any posts and takes leave one unread message of each key, the newest', (t) => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ post: fc.array(fc.nat(9), { maxLength: 4 }) }) },
    fc.constantFrom('take' as const, 'take' as const, 'release' as const),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), starts, (actions, start) => {
      const model = new KeyedModel(start);
      const { channel } = model.sample;
      for (const what of actions) {
        if (what === 'take') model.take(t);
        else if (what === 'release') model.release();
        else if (what.post.length === 1) {
          let isKept = true;
          const isPosted = channel.post((order) => {
            isKept = model.fill(order, what.post[0] as number);
          });
          t.is(isPosted, isKept);
        } else {
          let kept = 0;
          const fill = (order: OrderWriter, index: number) => {
            if (model.fill(order, what.post[index] as number)) kept += 1;
          };
          t.is(channel.postMany(what.post.length, fill), kept);
        }
      }
      while (model.unread.length > 0) model.take(t);
      model.take(t);
      t.is(channel.stats.conflated, model.conflated);
      t.is(channel.stats.droppedNewest, model.dropped);
    }),
    { numRuns: 200 },
  );
});

test('a message whose cell the reactor has at that moment goes behind the others', (t) => {
  const model = new KeyedModel(0);
  const post = () => model.sample.channel.post((order) => model.fill(order, 7));
  t.true(post());
  model.take(t);
  t.true(post(), 'the first is read, though not given back');
  t.deepEqual(model.sample.cell(1), { stamp: 4n, sequence: 2n, symbol: 7 });
  t.is(model.sample.cell(0).sequence, 1n, 'the handler still looks at it');
  t.is(model.sample.posted, 2);
  t.true(post());
  t.is(model.sample.posted, 2, 'whoever was told of the older one sees the newer');
});

test('a fill that throws leaves what was unread', (t) => {
  const model = new KeyedModel(0);
  const { channel } = model.sample;
  channel.post((order) => model.fill(order, 7));
  const fail = (order: OrderWriter) => {
    order.symbol = 7;
    throw new Error('no');
  };
  t.throws(() => channel.post(fail), { message: 'no' });
  channel.commit();
  t.is(channel.stats.conflated, 0n);
  model.take(t);
});

test('without a key the newest waits past a full ring, and comes when there is room', (t) => {
  const action = fc.oneof(
    { weight: 3, arbitrary: fc.record({ post: fc.integer({ min: 1, max: 4 }) }) },
    fc.constantFrom('take' as const, 'check' as const),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), starts, (actions, start) => {
      const sample = new Sample('conflate', start);
      const { channel } = sample;
      const unread: bigint[] = [];
      let pending: bigint | undefined;
      let conflated = 0n;
      let next = 1n;
      const flush = () => {
        if (pending === undefined || unread.length === capacity) return;
        unread.push(pending);
        pending = undefined;
      };
      for (const what of actions) {
        if (what === 'take') {
          const before = unread.length;
          t.is(sample.take(), unread.shift());
          t.is(channel.$hasRoom(), pending !== undefined && before > 0);
        }
        if (what === 'take' || what === 'check') channel.$check();
        else {
          const posted = channel.postMany(what.post, (order) => {
            order.sequence = next;
            flush();
            if (pending !== undefined) conflated += 1n;
            if (unread.length < capacity) unread.push(next);
            else pending = next;
            next += 1n;
          });
          t.is(posted, what.post, 'each will come, or a newer one');
        }
        flush();
        if (pending !== undefined) t.true(sample.waits, 'the reactor is asked');
      }
      while (unread.length > 0) {
        t.is(sample.take(), unread.shift());
        channel.$check();
        flush();
      }
      t.is(sample.take(), undefined);
      t.is(channel.stats.conflated, conflated);
      t.is(channel.stats.written - BigInt(start), next - 1n - conflated);
    }),
    { numRuns: 200 },
  );
});

test('a message that waits is not lost to one that is filled meanwhile', (t) => {
  const sample = new Sample('conflate');
  const fill = (sequence: bigint) => (order: OrderWriter) => {
    order.sequence = sequence;
  };
  for (let n = 1n; n <= 5n; n += 1n) t.true(sample.channel.post(fill(n)));
  t.true(sample.waits);
  const writer = sample.channel.begin();
  t.is(sample.take(), 1n);
  sample.channel.$check();
  t.is(sample.tail, 5, 'the one that waited');
  if (writer !== undefined) fill(6n)(writer);
  t.is(sample.take(), 2n);
  sample.channel.commit();
  for (const sequence of [3n, 4n, 5n, 6n]) t.is(sample.take(), sequence);
  t.is(sample.channel.stats.conflated, 0n);
});

test('a channel that conflates ends with its program', async (t) => {
  const sample = new Sample('conflate-by-key', 0, { offset: 0, bytes: 8 });
  await sample.channel.writable;
  sample.channel.$end();
  t.throws(() => sample.channel.begin(), { code: 'LOOM6009' });
});

test('a table knows the positions of its keys, whatever came and went', (t) => {
  // Halves that differ in one of both, and keys whose places meet: 8 keys, 8 places.
  const key = fc.record({ low: fc.constantFrom(0, 1, 2, -1), high: fc.constantFrom(0, 1) });
  const action = fc.record({ key, what: fc.constantFrom('set', 'forget', 'forget older') });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const table = new KeyTable(4);
      const expected = new Map<string, number>();
      actions.forEach(({ key: { low, high }, what }, position) => {
        const name = `${low} ${high}`;
        const known = expected.get(name);
        if (what === 'set' && (known !== undefined || expected.size < 4)) {
          table.set(low, high, position);
          expected.set(name, position);
        } else if (what === 'forget' && known !== undefined) {
          table.forget(low, high, known);
          expected.delete(name);
        } else if (what === 'forget older') {
          table.forget(low, high, position + 1);
        }
        for (const each of [0, 1, 2, -1]) {
          t.is(table.find(each, 0), expected.get(`${each} 0`));
          t.is(table.find(each, 1), expected.get(`${each} 1`));
        }
      });
    }),
    { numRuns: 200 },
  );
});
