/** C++ functions that JavaScript calls through a real addon, on each backend. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { backends, type Built, ownFolder } from './built_program.ts';
import { buildRequests, filePaths, type Order, type RequestsModule } from './requests_program.ts';

let built: Built<RequestsModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await buildRequests();
});

/** An order whose note asks for `note`. */
const order = (id: bigint, note = ''): Order => ({
  id,
  side: 'sell',
  legs: [
    { price: '1.5', quantity: 3 },
    { price: '-0.0001', quantity: 2 },
  ],
  tags: [1, 2, 0],
  note,
});

for (const backend of backends) {
  test(`${backend}: every call is answered, whatever the pool holds at once`, async (t) => {
    await using program = await built.module.open({ backend, addresses: filePaths() });
    const { total } = program;
    const answer = { id: 2n ** 64n - 1n, notional: '4.5001', side: 'sell' };
    t.deepEqual(await total.call(order(2n ** 64n - 1n)), answer);
    // 16 fit, 2 run and 2 are in the queue.
    for (let round = 0; round < 20; round += 1) {
      const ids = Array.from({ length: 16 }, (_, n) => BigInt(round * 16 + n));
      const calls = ids.map((id) => total.call(order(id)));
      t.true(total.isFull);
      t.deepEqual(
        (await Promise.all(calls)).map(({ id }) => id),
        ids,
      );
    }
    const filled = await total.call((writer) => {
      writer.id = 7;
      writer.side = 'buy';
      writer.legs(1).price = '10';
      writer.legs(1).quantity = 1;
    });
    t.deepEqual(filled, { id: 7n, notional: '10.0000', side: 'buy' });
  });

  test(`${backend}: what a function throws, and signals, end their own calls`, async (t) => {
    await using program = await built.module.open({ backend, addresses: filePaths() });
    const { total } = program;
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = [1n, 2n, 3n, 4n, 5n].map((id) => total.call(order(id, 'wait'), { signal }));
    const behind = total.call(order(9n));
    controller.abort('enough');
    const ends = await Promise.allSettled(waiting);
    t.true(ends.every((end) => end.status === 'rejected' && end.reason === 'enough'));
    t.is((await behind).id, 9n);
    await t.throwsAsync(total.call(order(6n, 'throw no such market')), {
      code: 'LOOM6046',
      message: 'calls.total: the function threw: no such market',
    });
    t.is(program.stats.net.exceptions, 1n);
  });

  test(`${backend}: close() ends what runs and what waits`, async (t) => {
    const program = await built.module.open({ backend, addresses: filePaths() });
    const waiting = [1n, 2n, 3n, 4n, 5n].map((id) => program.total.call(order(id, 'wait')));
    const [ends] = await Promise.all([Promise.allSettled(waiting), program.close()]);
    t.true(ends.every((end) => end.status === 'rejected' && end.reason.code === 'LOOM6043'));
    await t.throwsAsync(program.total.call(order(6n)), { code: 'LOOM6043' });
  });

  test(`${backend}: a worker that is terminated while calls run waits for their end`, async (t) => {
    const path = join(ownFolder, `asks-${backend}.mjs`);
    const options = JSON.stringify({ backend, addresses: filePaths() });
    writeFileSync(
      path,
      `import { parentPort } from 'node:worker_threads';
       import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
       register();
       const { open } = await import(${JSON.stringify(pathToFileURL(built.index))});
       const program = await open(${options});
       const price = { price: '1', quantity: 1 };
       const order = { id: 1n, side: 'buy', legs: [price, price], tags: [0, 0, 0], note: '' };
       const wait = () => program.total.call({ ...order, note: 'wait' }).catch(() => undefined);
       wait();
       // Taken after the one that waits, by the pool's other thread.
       await program.total.call(order);
       for (let n = 0; n < 4; n += 1) wait();
       parentPort.postMessage('asked');`,
    );
    const worker = new Worker(path, { execArgv: [] });
    await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
    t.is(await worker.terminate(), 1);
  });
}
