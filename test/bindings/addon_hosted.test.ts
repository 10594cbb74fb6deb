/** A reactor that JavaScript's own thread turns, on the real addon: main thread and workers. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import {
  backends,
  type Built,
  build,
  buildEchoTs,
  closed,
  dial,
  echo,
  type EchoTsModule,
  freeAddresses,
  ownFolder,
  readExactly,
} from './built_program.ts';
import { type LifeModule, startMarket } from './life_program.ts';

let built: Built<LifeModule>;
let echoTs: Built<EchoTsModule>;
test.before('build', async (t) => {
  t.timeout(360_000);
  echoTs = await buildEchoTs();
  built = await build<LifeModule>('test/bindings/life/loom.config.ts', 'life', 'debug');
});

const addresses = { control: '127.0.0.1:0', itch: '127.0.0.1:0' };

for (const backend of backends) {
  test(`${backend}: sockets, timers, channels and events work without a thread`, async (t) => {
    const market = await startMarket();
    const { url } = market;
    const program = await built.module.open({ backend, url, addresses, thread: 'this' });
    t.is(program.backend.main.name, backend);
    void echo(program.control);
    const socket = await dial(program.control.address);
    const text = `${'x'.repeat(999)}\n`.repeat(64);
    socket.write(text);
    t.is(String(await readExactly(socket, text.length)), text);
    const [expirations] = await program.beat.once('tick');
    t.true(expirations >= 1);
    const gap = program.once('gap');
    await market.say('gap');
    t.like((await gap)[0], { fd: 'market', stream: 7n });
    const counts: number[] = [];
    const read = (async () => {
      for await (using batch of program.counts) for (const { count } of batch) counts.push(count);
    })();
    for (let n = 3; n <= 12; n += 3) {
      await market.say('publish 3');
      while (counts.length < n) await program.beat.once('tick');
    }
    t.deepEqual(
      counts,
      Array.from({ length: 12 }, (_, n) => n),
    );
    t.true(program.stats.main.sleeps > 0n);
    const end = closed(socket);
    await Promise.all([program.close(), program.stop(), program.closed]);
    await read;
    t.false(await end);
    await t.throwsAsync(dial(program.control.address), { code: 'ECONNREFUSED' });
    market.close();
  });

  test(`${backend}: whatever comes wakes it, without a timer that would`, async (t) => {
    // Each would wait for the reactor's own look around, a second: together longer than the test.
    t.timeout(30_000);
    const options = { addresses: freeAddresses(`woken-${backend}`), backend };
    const program = await echoTs.module.open({ ...options, thread: 'this', wait: 'wake' });
    program.tcp.onBatch((batch) => {
      for (const message of batch) message.connection.send(message.copy());
    });
    const socket = await dial(program.tcp.address);
    for (let n = 0; n < 64; n += 1) {
      socket.write(`${n}`.padEnd(8));
      t.is(String(await readExactly(socket, 8)), `${n}`.padEnd(8));
      // The program sleeps again.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    socket.destroy();
    await program.close();
  });

  test(`${backend}: files, calls, fibers, pools and posts work without a thread`, async (t) => {
    const notes = join(ownFolder, `notes-${backend}`);
    writeFileSync(notes, 'asks bids');
    const url = 'tcp://127.0.0.1:1';
    const options = { backend, url, addresses: { ...addresses, notes }, thread: 'this' } as const;
    await using program = await built.module.open(options);
    t.is(String(Buffer.from(await program.notes.read(5, 100))), 'bids');
    await program.notes.write(9, ' trades');
    t.is(await program.notes.size(), 16);
    const doubled = [1, 2, 3, 4, 5, 6, 7, 8].map((count) => program.twice.call({ count }));
    t.deepEqual(
      (await Promise.all(doubled)).map(({ count }) => count),
      [2, 4, 6, 8, 10, 12, 14, 16],
    );
    t.true(program.back.post((message) => (message.count = 77)));
    for await (using batch of program.counts) {
      t.deepEqual(
        [...batch].map(({ count }) => count),
        [77],
      );
      break;
    }
    const socket = await dial(program.squares.address);
    socket.write('12\n100\n');
    t.is(String(await readExactly(socket, 10)), '144\n10000\n');
    socket.destroy();
  });

  test(`${backend}: it stops when a handler says so, and can be opened again`, async (t) => {
    const market = await startMarket();
    const options = { backend, url: market.url, addresses, thread: 'this' } as const;
    const first = await built.module.open(options);
    await market.say('stop');
    await first.stopped;
    const second = await built.module.open(options);
    await second.once('up').catch(() => undefined);
    await second.stop();
    market.close();
    t.pass();
  });
}

test('two of them share a thread, and a closed one does not hold up the other', async (t) => {
  const url = 'tcp://127.0.0.1:1';
  const open = () => built.module.open({ url, addresses, thread: 'this' });
  const programs = await Promise.all([open(), open()]);
  await programs[0]?.close();
  t.true(((await programs[1]?.beat.once('tick'))?.[0] ?? 0) >= 1);
  await programs[1]?.close();
});

test('a start that fails says why, and leaves nothing behind', async (t) => {
  const first = await built.module.open({ url: 'tcp://127.0.0.1:1', addresses, thread: 'this' });
  const taken = { ...addresses, control: first.control.address };
  await t.throwsAsync(
    built.module.open({ url: 'tcp://127.0.0.1:1', addresses: taken, thread: 'this' }),
    { code: 'LOOM5002' },
  );
  await t.throwsAsync(
    built.module.open({ url: 'h:1', addresses, thread: 'this', cores: { main: 0 } }),
    { code: 'LOOM6034' },
  );
  await first.close();
});

/** Starts a worker whose thread turns the program and echoes lines. */
function startWorker(name: string): Worker {
  const source = `
    import { parentPort } from 'node:worker_threads';
    import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
    register();
    const { open } = await import(${JSON.stringify(pathToFileURL(built.index))});
    const program = await open({
      thread: 'this',
      url: 'tcp://127.0.0.1:1',
      addresses: ${JSON.stringify(addresses)},
    });
    program.control.onBatch((batch) => {
      for (const message of batch) message.connection.send(message.bytes);
    });
    parentPort.once('message', () => program.close());
    parentPort.postMessage(program.control.address);`;
  const path = join(ownFolder, `${name}.mjs`);
  writeFileSync(path, source);
  return new Worker(path, { execArgv: [] });
}

/** The address that a worker says. */
function addressOf(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('a worker turns its own; terminated while it delivers, others go on', async (t) => {
  const workers = [startWorker('hosted-1'), startWorker('hosted-2')];
  const found = await Promise.all(workers.map(addressOf));
  const sockets = await Promise.all(found.map((address) => dial(address)));
  const line = `${'y'.repeat(200)}\n`;
  const flood = setInterval(() => sockets[0]?.write(line.repeat(50)), 1);
  await readExactly(sockets[0] as (typeof sockets)[0], line.length * 200);
  const end = closed(sockets[0] as (typeof sockets)[0]);
  await workers[0]?.terminate();
  clearInterval(flood);
  await end;
  await t.throwsAsync(dial(found[0] ?? ''), { code: 'ECONNREFUSED' });
  sockets[1]?.write('still\n');
  t.is(String(await readExactly(sockets[1] as (typeof sockets)[0], 6)), 'still\n');
  const exit = new Promise((resolve) => {
    workers[1]?.once('exit', resolve);
  });
  workers[1]?.postMessage('close');
  t.is(await exit, 0, 'nothing keeps the worker alive');
  sockets[1]?.destroy();
});

test('the process ends when the last program closes, and at process.exit()', async (t) => {
  const run = (name: string, body: string) => {
    const path = join(ownFolder, `${name}.mts`);
    writeFileSync(
      path,
      `import { open } from ${JSON.stringify(built.index)};
       const addresses = ${JSON.stringify(addresses)};
       const options = { url: 'tcp://127.0.0.1:1', addresses, thread: 'this' } as const;
       const one = await open(options);
       const two = await open(options);
       ${body}`,
    );
    const words = ['--import', import.meta.resolve('tsx'), path];
    return new Promise<number>((resolve) => {
      execFile(process.execPath, words, { timeout: 60_000 }, (error) => {
        resolve(error === null ? 0 : ((error.code as number | undefined) ?? -1));
      });
    });
  };
  t.is(await run('hosted-close', 'setTimeout(() => one.close(), 5); await two.close();'), 0);
  t.is(await run('hosted-exit', 'one.beat.on("tick", () => process.exit(7));'), 7);
});
