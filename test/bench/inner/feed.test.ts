/**
 * The feed and its readers, the posts and the readings of fields: each comes to figures in a tiny
 * run, and what does not add up is discarded. None of it depends on how fast anything is.
 */

import test from 'ava';
import { Discarded } from '../../../generator/measure/child.ts';
import { usedOf } from './entrant.ts';
import { entrantOf, setting } from './entrant_of.ts';
import { FeedMeter } from './feed/feed_meter.ts';
import { feedFigures } from './feed/scenario.ts';

const buildMilliseconds = 300_000;

test.serial('a feed is read by a handler and as a stream, and no message is lost', async (t) => {
  t.timeout(buildMilliseconds);
  for (const name of ['loom-channel', 'loom-stream']) {
    const measure = await entrantOf('feed-to-js-200', name).build();
    const { rate = 0, cpu = 0 } = await measure(setting);
    t.true(rate > 0 && cpu > 0, name);
  }
});

test.serial('messages are posted, one by one and in batches', async (t) => {
  t.timeout(buildMilliseconds);
  for (const name of ['loom-post', 'loom-post-many']) {
    const measure = await entrantOf('js-to-native', name).build();
    const { rate = 0, cpu = 0 } = await measure({ ...setting, measuredMilliseconds: 100 });
    t.true(rate > 0 && cpu > 0, name);
  }
});

test('fields are read by getters and by hand', async (t) => {
  t.timeout(buildMilliseconds);
  for (const type of ['u32', 'f64', 'u64', 'i64', 'decimal-text']) {
    for (const name of ['dataview', 'dataview-cursor', 'loom-getter']) {
      const measure = await entrantOf(`typed-read-${type}`, name).build();
      t.true(((await measure(setting)).time ?? 0) > 0, `${type} ${name}`);
    }
  }
});

const line = { count: 100, nanoseconds: 1000, cpu_nanoseconds: 500, lost: 0 };

test('lines of readers are read, and those that do not add up are discarded', (t) => {
  t.deepEqual(feedFigures(line, 0), { rate: 1e8, cpu: 5 });
  const paced = { ...line, p50: 1, p99: 2, p999: 3, max: 4 };
  t.like(feedFigures(paced, 1e8), { p50: 1, p99: 2 });
  const discards = (counts: Record<string, number>, rate: number, message: RegExp) =>
    t.throws(() => feedFigures(counts, rate), { instanceOf: Discarded, message });
  discards({ ...line, lost: 1 }, 0, /^1 of 101 messages were lost$/);
  discards({ ...line, count: 0 }, 0, /makes no sense/);
  discards({ count: 1 }, 0, /makes no sense/);
  discards(paced, 2e8, /^100000000 messages a second came, not 200000000$/);
  const used = { count: 2, nanoseconds: 8, cpu_nanoseconds: 6 };
  t.deepEqual(usedOf(used), { time: 4, cpu: 3 });
  t.throws(() => usedOf({ count: 2, nanoseconds: 8 }), { instanceOf: Discarded });
});

test('a meter notices what is missing, and how late messages are', (t) => {
  const meter = new FeedMeter(['0', '0']);
  meter.take(2 ** 32 - 2, 0, 0);
  t.is(meter.look(), undefined);
  // Stamped a second ago, by the sender's clock; the third of them never came.
  const sent = process.hrtime.bigint() - 1_000_000_000n;
  const [low, high] = [Number(sent & 0xffffffffn), Number(sent >> 32n)];
  for (const number of [2 ** 32 - 1, 0, 2]) meter.take(number, low, high);
  const result = meter.look();
  t.like(result, { count: 3, lost: 1 });
  t.true((result?.p50 ?? 0) >= 1e9 && (result?.max ?? 0) >= (result?.p50 ?? 0));
  t.true((result?.p50 ?? 0) < 60e9);
});
