/** What emitted readers and writers refuse, by values and by types. */
import { execFile } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import {
  array,
  bool,
  chars,
  decimal,
  enumeration,
  f64,
  i32,
  i64,
  struct,
  u16,
  u64,
} from '../../generator/define.ts';
import { decimalText, parseDecimal, wholeText, withPoint } from '../../templates/bindings/exact.ts';
import type { MessageWriter } from '../../templates/bindings/message_writer.ts';
import { repository } from '../generator/workspace.ts';
import { type Emitted, emit, irOf } from './message_program.ts';

const order = struct({
  id: u64,
  change: i64,
  price: decimal(2),
  fee: decimal(2, 'u32'),
  symbol: chars(4),
  side: enumeration({ buy: 66, sell: 83, far: 300 }, { name: 'Side', base: 'u16' }),
  live: bool,
  ratio: f64,
  count: u16,
  shift: i32,
  sizes: array(u16, 3),
  names: array(chars(2), 2),
  fills: array(struct({ quantity: decimal(0) }), 2),
});

const folder = join(repository, '.cache', 'messages', `fields-${process.pid}`);
let types: Emitted;

test.before(async () => {
  types = (await emit(irOf({ Order: order }), folder)) as Emitted;
});

test.after.always(() => rmSync(folder, { recursive: true, force: true }));

type Fields = Record<string, unknown>;
type Call = (index: unknown, value?: unknown) => unknown;

/** A reader and a writer of one order in fresh memory. */
function fresh() {
  const block = new DataView(new SharedArrayBuffer(256));
  const { Order, OrderWriter } = types;
  if (Order === undefined || OrderWriter === undefined) throw new Error('nothing was emitted');
  const reader = new Order(block).$show(64) as unknown as Fields;
  const writer = new OrderWriter(block).$show(64) as unknown as Fields & MessageWriter;
  return { reader, writer, bytes: new Uint8Array(block.buffer) };
}

/** What a writer does not take, by field. */
const refused: Record<string, unknown[]> = {
  id: [-1n, -1, 2n ** 64n, 1.5, 2 ** 53, Number.NaN, '1', undefined, null, {}],
  change: [2n ** 63n, -(2n ** 63n) - 1n, 0.1, Number.POSITIVE_INFINITY, true],
  price: [1, 1.5, '1.001', '1e2', '', ' 1', '--1', '92233720368547758.08', 2n ** 63n, null],
  fee: ['-0.01', '42949672.96', 2 ** 32, -1, 1.5, 1n, Number.NaN, '0.001'],
  symbol: ['12345', 'a\0b', '\u{1f600}a', '\ud800', 7, undefined],
  side: ['hold', 'unknown', 66, ''],
  sideCode: [-1, 65536, 1.5, '66', Number.NaN],
  live: [0, 1, 'true', undefined],
  ratio: ['1', 1n, undefined],
  count: [-1, 65536, 0.5, 1n, '1', Number.NaN],
  shift: [2 ** 31, -(2 ** 31) - 1, Number.NEGATIVE_INFINITY],
};

for (const [field, values] of Object.entries(refused)) {
  test(`${field} refuses what it cannot hold and stays as it is`, (t) => {
    const { writer, bytes } = fresh();
    bytes.fill(0x5a);
    for (const value of values) {
      const error = t.throws(() => {
        writer[field] = value;
      });
      t.like(error, { code: 'LOOM6020' }, String(value));
      t.regex(error?.message ?? '', /^Order\.\w+ cannot be .*: expected /s);
    }
    t.true(
      bytes.every((byte) => byte === 0x5a),
      'a refused value writes nothing',
    );
  });
}

/** The code of what a call throws. */
function codeOf(t: ExecutionContext, call: () => unknown): unknown {
  return (t.throws(call) as { code?: unknown } | undefined)?.code;
}

test('an index beyond an array is refused by readers and writers', (t) => {
  const { reader, writer, bytes } = fresh();
  for (const index of [-1, 3, 1.5, Number.NaN, '1', undefined, 2 ** 32]) {
    t.is(
      codeOf(t, () => (reader.sizes as Call).call(reader, index)),
      'LOOM6021',
    );
    t.is(
      codeOf(t, () => (reader.fills as Call).call(reader, index)),
      'LOOM6021',
    );
    t.is(
      codeOf(t, () => (reader.namesText as Call).call(reader, index)),
      'LOOM6021',
    );
    t.is(
      codeOf(t, () => (writer.setSizes as Call).call(writer, index, 1)),
      'LOOM6021',
    );
  }
  t.true(bytes.every((byte) => byte === 0));
});

test('every part of a text is replaced, and full texts have no end', (t) => {
  const { reader, writer } = fresh();
  const read = () => (reader.symbolText as () => string).call(reader);
  for (const text of ['BTCX', 'é12', '\u{1f600}', 'x', '']) {
    writer.symbol = text;
    t.is(read(), text);
  }
});

test('codes without a name are read as unknown, whatever their number', (t) => {
  const { reader, writer } = fresh();
  const names = [0, 66, 83, 255, 256, 300, 65535].map((code) => {
    writer.sideCode = code;
    t.is(reader.sideCode, code);
    return reader.side;
  });
  const unknown = 'unknown';
  t.deepEqual(names, [unknown, 'buy', 'sell', unknown, unknown, 'far', unknown]);
});

test('clear() makes a message 0 and nothing beside it', (t) => {
  const { writer, bytes } = fresh();
  bytes.fill(1);
  writer.clear();
  const length = bytes.indexOf(1, 64) - 64;
  t.true(length > 80);
  t.is(bytes[63], 1);
  t.true(bytes.subarray(64, 64 + length).every((byte) => byte === 0));
  t.true(bytes.subarray(64 + length).every((byte) => byte === 1));
});

test('decimals and whole numbers are exact as text', (t) => {
  const halves = (value: bigint): [number, number] => [
    Number(value >> 32n),
    Number(value & 0xffffffffn),
  ];
  const safe = 2n ** 53n;
  for (const value of [
    0n,
    -1n,
    1n,
    safe,
    safe - 1n,
    safe + 1n,
    -safe,
    -safe - 1n,
    2n ** 64n - 1n,
  ]) {
    t.is(wholeText(...halves(value)), String(value));
    for (const scale of [0, 1, 8, 18]) {
      const text = decimalText(...halves(value), scale);
      t.is(parseDecimal(text, scale), value, text);
    }
  }
  t.is(withPoint('-5', 2), '-0.05');
  t.is(withPoint('123', 0), '123');
  t.is(parseDecimal('1.50000', 2), 150n);
  for (const text of ['', '-', '.5', '5.', '1.001', '+1', '1e3', '0x1', ' 1', '1\n']) {
    t.is(parseDecimal(text, 2), undefined, JSON.stringify(text));
  }
});

test('a misspelt field, a wrong value and a double for 64 bits are type errors', async (t) => {
  copyFileSync(join(repository, 'test/messages/emitted_types.ts'), join(folder, 'types.ts'));
  const config = {
    extends: join(repository, 'tsconfig.json'),
    compilerOptions: { noUnusedLocals: false },
    include: ['types.ts', 'bindings/types.ts'],
    exclude: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder],
    { cwd: repository },
  ).catch((error: { stdout: string }) => ({ stdout: error.stdout }));
  t.is(stdout, '');
});
