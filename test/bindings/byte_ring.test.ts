/**
 * The byte rings against another implementation of the contract: any records, any order of
 * putting and taking, any place of the counters, the limits of 32 bits included.
 */
import test from 'ava';
import fc from 'fast-check';
import { ByteRingReader, ByteRingWriter } from '../../templates/bindings/byte_ring.ts';
import { maximumPayloadBytes } from '../../templates/bindings/layout.ts';
import { SimulatedRing, type SimulatedRecord } from './simulated_reactor.ts';

const offset = 256;
const ringBytes = 512;

const startArbitrary = fc.oneof(
  fc.constantFrom(0, 8, ringBytes - 8, 2 ** 31 - 256, 2 ** 31, 2 ** 32 - 256, 2 ** 32 - 8),
  fc.nat(2 ** 29 - 1).map((n) => n * 8),
);

const recordArbitrary: fc.Arbitrary<SimulatedRecord> = fc.record({
  fd: fc.nat(0xffff),
  event: fc.integer({ min: 1, max: 0x7fff }),
  slot: fc.nat(2 ** 20 - 1),
  generation: fc.nat(0x7fff_ffff),
  payload: fc.uint8Array({ maxLength: maximumPayloadBytes(ringBytes) }),
});

/** Steps: put the next record, or take the oldest. */
const stepsArbitrary = fc.array(fc.boolean(), { minLength: 1, maxLength: 400 });

function makeRing(start: number) {
  const memory = new SharedArrayBuffer(offset + 128 + ringBytes);
  const other = new SimulatedRing(memory, offset, ringBytes);
  other.startAt(start);
  return { memory, other, words: new Int32Array(memory), ring: { offset, bytes: ringBytes } };
}

function read(reader: ByteRingReader, memory: SharedArrayBuffer): SimulatedRecord | undefined {
  reader.refresh();
  if (!reader.next()) return undefined;
  const { fd, event, slot, generation, start, bytes } = reader;
  return { fd, event, slot, generation, payload: new Uint8Array(memory, start, bytes).slice() };
}

function write(
  writer: ByteRingWriter,
  memory: SharedArrayBuffer,
  record: SimulatedRecord,
): boolean {
  const at = writer.reserve(record.payload.length);
  if (at < 0) return false;
  new Uint8Array(memory).set(record.payload, at);
  const { fd, event, slot, generation } = record;
  writer.commit(record.payload.length, fd, event, slot, generation);
  return true;
}

test('the reader gives back what any producer put, in order', (t) => {
  fc.assert(
    fc.property(startArbitrary, fc.array(recordArbitrary), stepsArbitrary, (start, all, steps) => {
      const { memory, other, words, ring } = makeRing(start);
      const reader = new ByteRingReader(words, ring);
      const expected: SimulatedRecord[] = [];
      let next = 0;
      for (const put of steps) {
        const record = all[next];
        if (put && record !== undefined && other.push(record)) {
          expected.push(record);
          next += 1;
        } else if (!put) {
          t.deepEqual(read(reader, memory), expected.shift());
          reader.release(reader.cursor);
        }
      }
      for (const record of expected) t.deepEqual(read(reader, memory), record);
      t.is(read(reader, memory), undefined);
      t.is(reader.cursor >>> 0, other.tail);
    }),
  );
});

test('the writer puts what any consumer can take, in order', (t) => {
  fc.assert(
    fc.property(startArbitrary, fc.array(recordArbitrary), stepsArbitrary, (start, all, steps) => {
      const { memory, other, words, ring } = makeRing(start);
      const writer = new ByteRingWriter(words, ring);
      const expected: SimulatedRecord[] = [];
      let next = 0;
      for (const put of steps) {
        const record = all[next];
        if (put && record !== undefined) {
          const fitted = write(writer, memory, record);
          if (fitted) expected.push(record);
          else t.true(expected.length > 0, 'an empty ring takes every legal record');
          next += fitted ? 1 : 0;
        } else if (!put) {
          t.deepEqual(other.shift(), expected.shift());
        }
      }
      for (const record of expected) t.deepEqual(other.shift(), record);
      t.is(other.shift(), undefined);
    }),
  );
});

test('records stay until they are released, and can be looked at again', (t) => {
  const { memory, other, words, ring } = makeRing(2 ** 32 - 64);
  const reader = new ByteRingReader(words, ring);
  const payloads = [1, 2, 3].map((n) => new Uint8Array(40).fill(n));
  for (const payload of payloads) {
    t.true(other.push({ fd: 1, event: 2, slot: 3, generation: 4, payload }));
  }
  reader.refresh();
  const positions: number[] = [];
  while (reader.next()) positions.push(reader.position);
  t.is(positions.length, 3);
  t.is(other.head, 2 ** 32 - 64, 'nothing is given back by reading');
  t.is(reader.heldBytes, (other.tail - other.head) >>> 0);
  for (const [index, position] of positions.entries()) {
    reader.seek(position);
    t.deepEqual(new Uint8Array(memory, reader.start, reader.bytes).slice(), payloads[index]);
  }
  reader.release(positions[1] as number);
  t.is(other.head, (positions[1] as number) >>> 0);
  reader.release(reader.cursor);
  t.is(other.head, other.tail);
  t.is(reader.heldBytes, 0);
});

test('the writer knows when half of the ring is free', (t) => {
  const { memory, other, words, ring } = makeRing(0);
  const writer = new ByteRingWriter(words, ring);
  const record = { fd: 0, event: 2, slot: 0, generation: 1, payload: new Uint8Array(112) };
  t.true(writer.halfFree);
  for (let count = 0; count < 4; count += 1) t.true(write(writer, memory, record));
  t.false(write(writer, memory, record));
  t.false(writer.halfFree);
  other.shift();
  t.false(writer.halfFree);
  other.shift();
  t.true(writer.halfFree);
});
