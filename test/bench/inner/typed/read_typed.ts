/**
 * Reads one field of messages that lie in shared memory, again and again: by the getter of an
 * emitted class, by a DataView as one writes it by hand, or by one that is told the place by an
 * object. Arguments: the emitted module of messages, `getter`, `dataview` or `cursor`, the field,
 * and milliseconds to get warm and to measure.
 */

import type { MessageView } from '../../../../templates/bindings/message_view.ts';
import type { ReadField } from './scenario.ts';

/** The emitted class. */
interface Sample extends MessageView<object> {
  readonly word: number;
  readonly real: number;
  readonly natural: bigint;
  readonly whole: bigint;
}

/** The emitted class of a message with one field, decimal(8). */
interface Priced extends MessageView<object> {
  priceText(): string;
}

/** The emitted module. */
interface TypedModule {
  Sample: new (view: DataView) => Sample;
  Priced: new (view: DataView) => Priced;
}

/** Of one message, as the emitted class says; and how many lie there: they fit the first cache. */
const strideBytes = 32;
const messages = 512;
/** Where the fields are. */
const offsets = { whole: 0, natural: 8, real: 16, word: 24 } as const;
/** Readings of all messages between two looks at the clock. */
const portion = 64;

const [module = '', how = '', field = '', warmup = '0', measured = '0'] = process.argv.slice(2);
const { Sample, Priced } = (await import(module)) as TypedModule;
const end = strideBytes * messages;
const view = new DataView(new SharedArrayBuffer(end));
for (let at = 0; at < end; at += strideBytes) {
  view.setBigInt64(at + offsets.whole, BigInt(at) - 2n ** 40n, true);
  view.setBigUint64(at + offsets.natural, BigInt(at) + 2n ** 63n, true);
  view.setFloat64(at + offsets.real, at + 0.5, true);
  view.setUint32(at + offsets.word, at + 1, true);
}

/** Prices as of a market: 20,000 and something, with eight places. */
const priceBytes = 8;
const pricesEnd = priceBytes * messages;
const prices = new DataView(new SharedArrayBuffer(pricesEnd));
for (let at = 0; at < pricesEnd; at += priceBytes) {
  prices.setBigInt64(at, 2_000_000_000_000n + BigInt(at) * 12_345_679n, true);
}

/** What a decimal(8) says, as one writes it by hand. */
function textByHand(view: DataView, at: number): string {
  const count = view.getBigInt64(at, true);
  const digits = String(count < 0n ? -count : count).padStart(9, '0');
  return `${count < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

/** How many messages have something in the field: all of them. */
type Pass = () => number;

const sample = new Sample(view);
const priced = new Priced(prices);

const getters: Readonly<Record<ReadField, Pass>> = {
  word: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      sample.$at = at;
      if (sample.word !== 0) found += 1;
    }
    return found;
  },
  real: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      sample.$at = at;
      if (sample.real !== 0) found += 1;
    }
    return found;
  },
  natural: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      sample.$at = at;
      if (sample.natural !== 0n) found += 1;
    }
    return found;
  },
  whole: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      sample.$at = at;
      if (sample.whole !== 0n) found += 1;
    }
    return found;
  },
  price: () => {
    let found = 0;
    for (let at = 0; at < pricesEnd; at += priceBytes) {
      priced.$at = at;
      if (priced.priceText().length > 9) found += 1;
    }
    return found;
  },
};

const byHand: Readonly<Record<ReadField, Pass>> = {
  word: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      if (view.getUint32(at + offsets.word, true) !== 0) found += 1;
    }
    return found;
  },
  real: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      if (view.getFloat64(at + offsets.real, true) !== 0) found += 1;
    }
    return found;
  },
  natural: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      if (view.getBigUint64(at + offsets.natural, true) !== 0n) found += 1;
    }
    return found;
  },
  whole: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      if (view.getBigInt64(at + offsets.whole, true) !== 0n) found += 1;
    }
    return found;
  },
  price: () => {
    let found = 0;
    for (let at = 0; at < pricesEnd; at += priceBytes) {
      if (textByHand(prices, at).length > 9) found += 1;
    }
    return found;
  },
};

/** Where a message is, as something that was handed on says it. */
const cursor = { at: 0 };

const byCursor: Readonly<Record<ReadField, Pass>> = {
  word: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      cursor.at = at;
      if (view.getUint32(cursor.at + offsets.word, true) !== 0) found += 1;
    }
    return found;
  },
  real: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      cursor.at = at;
      if (view.getFloat64(cursor.at + offsets.real, true) !== 0) found += 1;
    }
    return found;
  },
  natural: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      cursor.at = at;
      if (view.getBigUint64(cursor.at + offsets.natural, true) !== 0n) found += 1;
    }
    return found;
  },
  whole: () => {
    let found = 0;
    for (let at = 0; at < end; at += strideBytes) {
      cursor.at = at;
      if (view.getBigInt64(cursor.at + offsets.whole, true) !== 0n) found += 1;
    }
    return found;
  },
  price: () => {
    let found = 0;
    for (let at = 0; at < pricesEnd; at += priceBytes) {
      cursor.at = at;
      if (textByHand(prices, cursor.at).length > 9) found += 1;
    }
    return found;
  },
};

/** Repeats it for a while. @returns how many fields were read */
function repeat(pass: Pass, milliseconds: number): number {
  const limit = performance.now() + milliseconds;
  let read = 0;
  while (performance.now() < limit) for (let n = 0; n < portion; n += 1) read += pass();
  return read;
}

const passes = { getter: getters, dataview: byHand, cursor: byCursor }[how];
const pass = passes?.[field as ReadField];
if (pass === undefined) throw new RangeError(`no reading of ${field} by ${how}`);
repeat(pass, Number(warmup));
const begin = performance.now();
const cpu = process.cpuUsage();
const count = repeat(pass, Number(measured));
const { user, system } = process.cpuUsage(cpu);
const nanoseconds = Math.round((performance.now() - begin) * 1e6);
const result = { count, nanoseconds, cpu_nanoseconds: (user + system) * 1000 };
process.stdout.write(`${JSON.stringify(result)}\n`);
