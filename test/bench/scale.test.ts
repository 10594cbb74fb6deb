/** Scales: whatever they are made for lies on them, and their ticks are round and in order. */

import test from 'ava';
import fc from 'fast-check';
import { escaped, shortened, slug } from './pictures/markup.ts';
import { apart, duration, frequency, linear, logarithmic, type Scale } from './pictures/scale.ts';

const extent = { from: 100, to: 700 };

/** What holds of every scale. */
function holds({ at, ticks }: Scale, values: readonly number[]): boolean {
  const places = values.map(at);
  const inside = places.every((place) => place >= 100 - 1e-6 && place <= 700 + 1e-6);
  const rising = ticks.every((tick, n) => n === 0 || tick > (ticks[n - 1] ?? 0));
  const ends = Math.abs(at(ticks[0] ?? -1) - 100) < 1e-6 && at(ticks.at(-1) ?? -1) > 699.999;
  return inside && rising && ends && ticks.length >= 2 && ticks.length <= 12;
}

test('whatever a scale is made for lies between its ends', (t) => {
  const value = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
  fc.assert(fc.property(value, (high) => holds(linear(high, extent), [0, high / 3, high])));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 9 }), (values) =>
      holds(logarithmic(values, extent), values),
    ),
  );
  t.pass();
});

test('ticks are round, and places follow from them', (t) => {
  const straight = linear(3.4, extent);
  t.deepEqual(straight.ticks, [0, 1, 2, 3, 4]);
  t.is(straight.at(2), 400);
  t.deepEqual(linear(0.3, extent).ticks, [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]);
  const decades = logarithmic([1, 10_000], extent);
  t.deepEqual(decades.ticks, [1, 10, 100, 1000, 10_000]);
  t.true(Math.abs(decades.at(100) - 400) < 1e-9);
  t.deepEqual(logarithmic([3, 40], extent).ticks, [2, 5, 10, 20, 50]);
  t.is(logarithmic([0, 5], extent).at(0), 100);
  t.deepEqual(linear(0, extent).ticks.at(-1), 1);
  t.deepEqual(logarithmic([], extent).ticks, [1, 10]);
});

test('labels keep apart and above the end', (t) => {
  t.deepEqual(apart([10, 11, 50], 10, 100), [10, 20, 50]);
  t.deepEqual(apart([95, 96, 97], 10, 100), [80, 90, 100]);
  t.deepEqual(apart([], 10, 100), []);
});

test('times and rates have three digits and a unit', (t) => {
  t.deepEqual([0, 850, 6420, 15.94e6, 2e9].map(duration), [
    '0',
    '850 ns',
    '6.42 µs',
    '15.9 ms',
    '2 s',
  ]);
  t.deepEqual([12, 250_000, 5_123_000].map(frequency), ['12 /s', '250 k/s', '5.12 M/s']);
});

test('text is escaped, names are cut in the middle and lead nowhere', (t) => {
  t.is(escaped(`<a b="c">&'\u0000\uD800`), '&lt;a b=&quot;c&quot;&gt;&amp;&#39;\uFFFD\uFFFD');
  t.is(escaped('µ – 😀'), 'µ – 😀');
  t.is(shortened('loom-block-io_uring again', 11), 'loom-…again');
  t.is(shortened('short', 5), 'short');
  t.is(slug('../Über <x>/'), 'ber-x');
  t.is(slug('//'), 'unnamed');
});
