/**
 * What C++ writes is what TypeScript reads and the other way round, for messages of random layouts
 * with random values and the edges of every type. MESSAGES_SEED=n repeats a run.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type { IrMessage } from '../../schemas/ir.ts';
import { repository } from '../generator/workspace.ts';
import { readStruct, writeStruct } from './message_access.ts';
import { type Emitted, MessageProgram, randomIr } from './message_program.ts';
import { Types, type Value } from './message_values.ts';

const seed = Number(process.env.MESSAGES_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Values of each message. */
const valuesEach = 40;
/** Messages stand in a block as in a ring: each at a multiple of 8. */
const alignment = 8;

interface Sample {
  message: IrMessage;
  value: Record<string, Value>;
  at: number;
}

const folder = join(repository, '.cache', 'messages', `round_trip-${process.pid}`);
let program: MessageProgram;
let types: Types;
let samples: Sample[];
let blockBytes = 0;

test.before(async (t) => {
  t.log(`MESSAGES_SEED=${seed}`);
  const ir = randomIr(seed);
  program = await MessageProgram.build(ir, folder);
  types = new Types(ir);
  samples = ir.messages.flatMap((message) => {
    const values = types.arbitrary({ kind: 'struct', name: message.name });
    return fc.sample(values, { seed, numRuns: valuesEach }).map((value) => {
      const at = blockBytes;
      blockBytes += Math.ceil(message.bytes / alignment) * alignment;
      return { message, value: value as Record<string, Value>, at };
    });
  });
});

test.after.always(() => rmSync(folder, { recursive: true, force: true }));

const names = (): string[] => samples.map(({ message }) => message.name);
const wordsOf = ({ message, value }: Sample): string[] =>
  types.words({ kind: 'struct', name: message.name }, value);

/** The block that C++ fills, its messages at the places of the samples. */
function writtenByCxx(): DataView {
  const packed = program.write(names(), samples.flatMap(wordsOf));
  const block = new Uint8Array(new SharedArrayBuffer(blockBytes));
  let from = 0;
  for (const { message, at } of samples) {
    block.set(packed.subarray(from, from + message.bytes), at);
    from += message.bytes;
  }
  if (from !== packed.length) throw new Error(`C++ wrote ${packed.length} bytes, not ${from}`);
  return new DataView(block.buffer);
}

/** One reader or writer of each message over a block. */
function shown(block: DataView, suffix: '' | 'Writer'): Map<string, InstanceType<Emitted[string]>> {
  return new Map(
    program.ir.messages.map(({ name }) => {
      const Type = program.module[`${name}${suffix}`];
      if (Type === undefined) throw new Error(`${name}${suffix} was not emitted`);
      return [name, new Type(block)];
    }),
  );
}

/** The block that TypeScript fills; it was full of other things before. */
function writtenByTypescript(): DataView {
  const block = new DataView(new SharedArrayBuffer(blockBytes));
  new Uint8Array(block.buffer).fill(0xa5);
  const writers = shown(block, 'Writer');
  samples.forEach(({ message, value, at }, turn) => {
    const writer = writers.get(message.name);
    writer?.$show(at).clear();
    writeStruct(types, message.name, writer as never, value, turn);
  });
  return block;
}

test('TypeScript reads what C++ wrote, by every member', (t) => {
  const readers = shown(writtenByCxx(), '');
  for (const { message, value, at } of samples) {
    const reader = readers.get(message.name);
    reader?.$show(at);
    t.deepEqual(readStruct(types, message.name, reader as never), value, message.name);
  }
});

test('toObject() copies the whole message', (t) => {
  const readers = shown(writtenByCxx(), '');
  const copies = samples.map(({ message, at }) => readers.get(message.name)?.$show(at).toObject());
  for (const [index, { message, value }] of samples.entries()) {
    const plain = types.plain({ kind: 'struct', name: message.name }, value);
    t.deepEqual(copies[index] as Value, plain, message.name);
  }
});

test('C++ reads what TypeScript wrote', (t) => {
  const block = new Uint8Array(writtenByTypescript().buffer);
  const packed = samples.map(({ message, at }) => block.slice(at, at + message.bytes));
  const read = program.read(names(), Buffer.concat(packed));
  t.deepEqual(read, samples.flatMap(wordsOf));
});

test('both write the same bytes, padding too', (t) => {
  const cxx = new Uint8Array(writtenByCxx().buffer);
  const typescript = new Uint8Array(writtenByTypescript().buffer);
  for (const { message, at } of samples) {
    const end = at + message.bytes;
    t.deepEqual(typescript.slice(at, end), cxx.slice(at, end), message.name);
  }
});

test('a NaN of any bits is read as NaN, and no field beside it changes', (t) => {
  const every = program.ir.messages.find(({ name }) => name === 'Every');
  const place = (name: string) => every?.fields.find((field) => field.name === name)?.offset ?? -1;
  const block = new DataView(new SharedArrayBuffer(every?.bytes ?? 0));
  const reader = shown(block, '').get('Every') as unknown as Record<string, number>;
  for (const bits of [0x7ff0000000000001n, 0x7ff8000000000000n, 0xffffffffffffffffn]) {
    block.setBigUint64(place('a_f64'), bits, true);
    t.is(reader.a_f64, Number.NaN);
    t.is(block.getBigUint64(place('a_f64'), true), bits, 'reading writes nothing');
  }
  block.setUint32(place('a_f32'), 0x7f800001, true);
  t.is(reader.a_f32, Number.NaN);
});
