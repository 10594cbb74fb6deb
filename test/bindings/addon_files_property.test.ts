/** Any sequence of reads, writes and cuts does what the same calls of node:fs do. */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { backends, type Built } from './built_program.ts';
import { buildRequests, filePaths, type RequestsModule } from './requests_program.ts';

let built: Built<RequestsModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await buildRequests();
});

type Step =
  | { act: 'write'; offset: number; data: Uint8Array; isLent: boolean }
  | { act: 'read'; offset: number; length: number; isLent: boolean }
  | { act: 'truncate'; length: number }
  | { act: 'size' };

const offset = fc.nat(20_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    act: fc.constant('write' as const),
    offset,
    data: fc.uint8Array({ maxLength: 3000 }),
    isLent: fc.boolean(),
  }),
  fc.record({
    act: fc.constant('read' as const),
    offset,
    length: fc.nat(6000),
    isLent: fc.boolean(),
  }),
  fc.record({ act: fc.constant('truncate' as const), length: offset }),
  fc.record({ act: fc.constant('size' as const) }),
);

for (const backend of backends) {
  test(`${backend}: as node:fs does it`, async (t) => {
    const addresses = filePaths();
    const model = openSync(`${addresses.data}.model`, 'w+');
    await using program = await built.module.open({ backend, addresses });
    const { data } = program;

    const read = async ({ offset: at, length, isLent }: Step & { act: 'read' }) => {
      const expected = Buffer.alloc(length);
      const count = readSync(model, expected, 0, length, at);
      if (!isLent) {
        t.deepEqual(Buffer.from(await data.read(at, length)), expected.subarray(0, count));
        return;
      }
      using lent = data.lend(length);
      t.is(await data.readInto(at, lent?.bytes ?? new Uint8Array()), count);
      t.deepEqual(Buffer.from(lent?.bytes.slice(0, count) ?? []), expected.subarray(0, count));
    };
    const write = async ({ offset: at, data: bytes, isLent }: Step & { act: 'write' }) => {
      // Without bytes there is nothing to write at the offset: the file does not grow.
      if (bytes.length > 0) writeSync(model, bytes, 0, bytes.length, at);
      if (!isLent) return await data.write(at, bytes);
      using lent = data.lend(bytes.length);
      lent?.bytes.set(bytes);
      await data.write(at, lent?.bytes ?? new Uint8Array());
    };

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        ftruncateSync(model, 0);
        await data.truncate(0);
        for (const each of steps) {
          if (each.act === 'write') await write(each);
          if (each.act === 'read') await read(each);
          if (each.act === 'size') t.is(await data.size(), fstatSync(model).size);
          if (each.act !== 'truncate') continue;
          ftruncateSync(model, each.length);
          await data.truncate(each.length);
        }
        t.deepEqual(readFileSync(addresses.data), readFileSync(`${addresses.data}.model`));
      }),
      { numRuns: 40 },
    );
    closeSync(model);
  });
}
