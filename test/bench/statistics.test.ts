/** The statistics of the benchmark, against figures that can be worked out by hand. */

import test from 'ava';
import {
  bootstrap,
  median,
  pairedRatios,
  quantile,
  seeded,
  shuffled,
  spreadOf,
} from '../../generator/measure/statistics.ts';

test('a median lies in the middle, whatever the order', (t) => {
  t.is(median([3]), 3);
  t.is(median([9, 1, 5]), 5);
  t.is(median([10, 2, 4, 100]), 7);
});

test('a quantile interpolates between two values', (t) => {
  t.is(quantile([0, 10], 0.25), 2.5);
  t.is(quantile([1, 2, 3, 4, 5], 0.75), 4);
  t.is(quantile([7, 7, 7], 0.99), 7);
  t.throws(() => quantile([], 0.5), { instanceOf: RangeError });
});

test('a spread is the middle half', (t) => {
  t.deepEqual(spreadOf([5, 1, 3, 2, 4]), { median: 3, low: 2, high: 4 });
});

test('ratios are of the same round, and discarded trials take their round with them', (t) => {
  t.deepEqual(pairedRatios([2, 6, undefined, 8], [1, 2, 5, undefined]), [2, 3]);
  t.deepEqual(pairedRatios([1], [0]), []);
});

test('the same seed gives the same numbers, and another one others', (t) => {
  const take = (seed: number) => {
    const random = seeded(seed);
    return Array.from({ length: 1000 }, random);
  };
  t.deepEqual(take(7), take(7));
  t.notDeepEqual(take(7), take(8));
  t.true(take(7).every((value) => value >= 0 && value < 1));
  const mean = take(7).reduce((sum, value) => sum + value, 0) / 1000;
  t.true(Math.abs(mean - 0.5) < 0.05);
});

test('an order is a permutation, and comes from the seed', (t) => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  const order = shuffled(items, seeded(1));
  t.notDeepEqual(order, items);
  t.deepEqual(
    [...order].sort((a, b) => a - b),
    items,
  );
  t.deepEqual(order, shuffled(items, seeded(1)));
});

test('every order is as likely as any other', (t) => {
  const random = seeded(3);
  const counts = new Map<string, number>();
  for (let n = 0; n < 6000; ++n) {
    const order = shuffled(['a', 'b', 'c'], random).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  t.is(counts.size, 6);
  t.true([...counts.values()].every((count) => count > 850 && count < 1150));
});

test('a bootstrap of equal values has no width, of others it holds the median', (t) => {
  t.deepEqual(bootstrap([1.5, 1.5, 1.5], seeded(1)), { median: 1.5, low: 1.5, high: 1.5 });
  const values = [0.9, 1.1, 1.0, 1.2, 0.8, 1.0, 1.05];
  const interval = bootstrap(values, seeded(1));
  t.is(interval.median, 1);
  t.true(interval.low >= 0.8 && interval.low <= 1);
  t.true(interval.high >= 1 && interval.high <= 1.2);
  t.deepEqual(interval, bootstrap(values, seeded(1)));
});

test('an interval covers the true median about as often as it says', (t) => {
  const random = seeded(11);
  const trials = 200;
  let covered = 0;
  for (let n = 0; n < trials; ++n) {
    const values = Array.from({ length: 15 }, () => 1 + (random() - 0.5));
    const { low, high } = bootstrap(values, random);
    if (low <= 1 && 1 <= high) covered += 1;
  }
  t.true(covered > trials * 0.88, `${covered} of ${trials}`);
});
