/** Files that JavaScript reads and writes through a real addon, on each backend. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { backends, type Built } from './built_program.ts';
import { buildRequests, filePaths, type RequestsModule } from './requests_program.ts';

let built: Built<RequestsModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await buildRequests();
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

for (const backend of backends) {
  test(`${backend}: reads what a file holds, and fewer bytes at its end`, async (t) => {
    await using program = await built.module.open({ backend, addresses: filePaths('0123456789') });
    t.is(text(await program.source.read(0, 10)), '0123456789');
    t.is(text(await program.source.read(7, 10)), '789');
    t.is((await program.source.read(10, 10)).length, 0);
    t.is((await program.source.read(2 ** 40, 10)).length, 0);
    t.is((await program.source.read(3, 0)).length, 0);
    t.is(await program.source.size(), 10);
    const target = Buffer.from('..............');
    t.is(await program.source.readInto(4, target.subarray(1)), 6);
    t.is(String(target), '.456789.......');
  });

  test(`${backend}: writes at offsets and at the end`, async (t) => {
    const addresses = filePaths();
    await using program = await built.module.open({ backend, addresses });
    await program.data.write(4, 'grüße');
    await program.data.write(0, new Uint8Array([65, 66, 67, 68]));
    await program.data.sync();
    t.is(readFileSync(addresses.data, 'utf8'), 'ABCDgrüße');
    await program.data.truncate(4);
    t.is(await program.data.size(), 4);
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}\n`);
    for (const line of lines) await program.log.append(line);
    await program.log.syncData();
    t.is(readFileSync(addresses.log, 'utf8'), lines.join(''));
    const bytes = Buffer.from('it may change at once');
    const written = program.out.write(0, bytes);
    bytes.fill(0);
    await written;
    t.is(readFileSync(addresses.out, 'utf8'), 'it may change at once');
  });

  test(`${backend}: memory that was lent is read into and written from as it is`, async (t) => {
    const addresses = filePaths('x'.repeat(5000));
    await using program = await built.module.open({ backend, addresses });
    const lent = program.source.lend(4096);
    if (lent === undefined) return t.fail('there is room');
    t.is(await program.source.readInto(1000, lent.bytes), 4000);
    t.is(text(lent.bytes.subarray(0, 4000)), 'x'.repeat(4000));
    lent.bytes.set(Buffer.from('hello'), 100);
    const written = program.data.write(0, lent.bytes.subarray(100, 105));
    // The request still needs it: what else is asked for gets other memory.
    lent[Symbol.dispose]();
    lent[Symbol.dispose]();
    await Promise.all(Array.from({ length: 50 }, () => program.data.write(5, 'other bytes')));
    await written;
    t.is(readFileSync(addresses.data, 'utf8'), 'helloother bytes');
    const returned = { code: 'LOOM6044' };
    await t.throwsAsync(program.source.readInto(0, lent.bytes), returned);
    await t.throwsAsync(program.data.write(0, lent.bytes.subarray(1)), returned);
  });

  test(`${backend}: what the kernel refuses is an error with its word and the fd`, async (t) => {
    const addresses = { ...filePaths(), out: '/dev/full', source: '/proc/self/mem' };
    await using program = await built.module.open({ backend, addresses });
    t.like(await t.throwsAsync(program.out.write(0, 'no room')), {
      code: 'LOOM6042',
      fd: 'out',
      systemError: 'ENOSPC',
      errno: -28,
      message: 'fds.out: write failed: ENOSPC, no space left on device',
    });
    t.like(await t.throwsAsync(program.source.read(0, 10)), {
      code: 'LOOM6042',
      fd: 'source',
      systemError: 'EIO',
    });
    await t.throwsAsync(program.data.read(-1, 10), {
      code: 'LOOM6045',
      message: /-1 is no offset/,
    });
    await t.throwsAsync(program.data.read(0.5, 10), { code: 'LOOM6045' });
    await t.throwsAsync(program.data.truncate(Number.NaN), { code: 'LOOM6045' });
    await t.throwsAsync(program.data.read(0, 2 ** 18 + 1), { code: 'LOOM6041', message: /262144/ });
    t.like(await t.throwsAsync(program.data.write(2 ** 53 - 1, 'x')), { systemError: 'EFBIG' });
    t.is(await program.data.size(), 0);
  });

  test(`${backend}: past the bound requests are refused, until it is writable`, async (t) => {
    const addresses = filePaths();
    await using program = await built.module.open({ backend, addresses });
    const line = (n: number): string => `${String(n).padStart(9)}\n`;
    const write = (n: number): Promise<void> => program.data.write(n * 10, line(n));
    const burst = await Promise.allSettled(Array.from({ length: 10_000 }, (_, n) => write(n)));
    const reasons = burst.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    t.is(reasons.length, 10_000 - 64);
    t.true(reasons.every(({ code, fd }) => code === 'LOOM6040' && fd === 'data'));
    await program.data.writable;
    t.false(program.data.isFull);
    const pending: Promise<void>[] = [];
    for (let n = 0; n < 10_000; n += 1) {
      if (program.data.isFull) await program.data.writable;
      pending.push(write(n));
    }
    await Promise.all(pending);
    const expected = Array.from({ length: 10_000 }, (_, n) => line(n)).join('');
    t.is(readFileSync(addresses.data, 'utf8'), expected);
    await program.data.writable;
  });

  test(`${backend}: a signal cancels the request in the kernel`, async (t) => {
    // Nobody ever writes to the other end of this terminal.
    const addresses = { ...filePaths('still there'), data: '/dev/ptmx' };
    await using program = await built.module.open({ backend, addresses });
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const reads = [1, 2].map(() => program.data.read(0, 100, { signal: controller.signal }));
    t.is(text(await program.source.read(0, 100)), 'still there');
    controller.abort(reason);
    for (const read of reads) t.is(await t.throwsAsync(read), reason);
    t.is(await t.throwsAsync(program.data.read(0, 1, { signal: controller.signal })), reason);
    // Too late for one that is done: it says what it came to.
    const late = new AbortController();
    const done = program.source.read(0, 5, { signal: late.signal });
    t.is(text(await done), 'still');
    late.abort();
    t.is(text(await program.source.read(6, 5)), 'there');
  });

  test(`${backend}: a stop lets requests end, then cancels them`, async (t) => {
    const addresses = { ...filePaths(), data: '/dev/ptmx' };
    const program = await built.module.open({ backend, addresses });
    const never = program.data.read(0, 100);
    const lines = Array.from({ length: 30 }, (_, n) => program.out.write(n * 2, `${n % 10}\n`));
    const stopped = program.stop();
    await Promise.all(lines);
    const expected = { code: 'LOOM6043', message: /fds\.data: the program stopped/ };
    t.like(await t.throwsAsync(never, expected), { fd: 'data' });
    await stopped;
    t.is(readFileSync(addresses.out, 'utf8'), '0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n'.repeat(3));
    await t.throwsAsync(program.out.write(0, 'x'), { code: 'LOOM6043' });
    await program.out.writable;
  });
}
