/** Closing a real program from where it delivers, twice, and what it says when nobody listens. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import {
  type Built,
  build,
  buildEchoTs,
  dial,
  type EchoTs,
  type EchoTsModule,
  freeAddresses,
  ownFolder,
  readExactly,
} from './built_program.ts';
import { type LifeModule, startMarket } from './life_program.ts';

let echoTs: Built<EchoTsModule>;
let life: Built<LifeModule>;
test.before('build', async (t) => {
  t.timeout(360_000);
  echoTs = await buildEchoTs();
  life = await build<LifeModule>('test/bindings/life/loom.config.ts', 'life', 'debug');
});

/** Opens the echo, and sends its server something once `prepare` has been called. */
async function deliverTo(name: string, prepare: (program: EchoTs) => void): Promise<EchoTs> {
  const program = await echoTs.module.open({ addresses: freeAddresses(name) });
  prepare(program);
  const socket = await dial(program.tcp.address);
  socket.on('error', () => undefined);
  socket.resume();
  socket.write('something');
  return program;
}

test('close() inside onBatch() lets the callback go on with its batch', async (t) => {
  const texts: string[] = [];
  const program = await deliverTo('in-batch', ({ tcp, close }) => {
    tcp.onBatch((batch) => {
      void close();
      for (const message of batch) texts.push(message.text());
    });
  });
  await program.closed;
  t.deepEqual(texts, ['something']);
});

test('close() inside a listener, twice, ends everything once', async (t) => {
  const ends: string[] = [];
  const program = await deliverTo('in-listener', ({ tcp, close }) => {
    tcp.on('open', () => void Promise.all([close(), close()]));
    tcp.on('close', (_, { kind }) => ends.push(kind));
  });
  await program.closed;
  t.deepEqual(ends, ['stopped']);
  await program.close();
});

test('close() inside a loop that holds a batch ends the loop after it', async (t) => {
  const texts: string[] = [];
  let loop: Promise<void> | undefined;
  const program = await deliverTo('in-loop', ({ tcp, close }) => {
    loop = (async () => {
      for await (using batch of tcp) {
        await close();
        for (const message of batch) texts.push(message.text());
      }
    })();
  });
  await loop;
  await program.closed;
  t.deepEqual(texts, ['something']);
});

test('a second open() on one address fails, and the address is free after close()', async (t) => {
  const first = await echoTs.module.open({ addresses: freeAddresses('twice') });
  const addresses = { tcp: first.tcp.address, local: join(ownFolder, 'other.sock') };
  await t.throwsAsync(echoTs.module.open({ addresses }), { code: 'LOOM5002' });
  await first.close();
  const second = await echoTs.module.open({ addresses });
  t.is(second.tcp.address, addresses.tcp);
  await second.close();
});

/** Runs a module in a process of its own until it ends. */
function runToEnd(path: string): Promise<{ code: number; stderr: string }> {
  const words = ['--import', import.meta.resolve('tsx'), path];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { timeout: 60_000 }, (error, _, stderr) => {
      resolve({ code: error === null ? 0 : ((error.code as number | undefined) ?? -1), stderr });
    });
  });
}

test('without a log a program says on stderr what went wrong, and no more', async (t) => {
  const market = await startMarket();
  const path = join(ownFolder, 'stderr.mts');
  const addresses = { control: '127.0.0.1:0', itch: '127.0.0.1:0' };
  writeFileSync(
    path,
    `import { open } from ${JSON.stringify(life.index)};
     const program = await open(${JSON.stringify({ url: market.url, addresses })});
     program.on('down', ({ kind }) => {
       if (kind === 'handlerThrew') void program.close();
     });`,
  );
  const ended = runToEnd(path);
  await market.say('throw');
  t.deepEqual(await ended, {
    code: 0,
    stderr:
      'loom: fds.market (Told::on_data) threw: not this line; its connection is closed ' +
      '(handler_threw)\n',
  });
  market.close();
});

for (const thread of ['own', 'this'] as const) {
  test(`a listener that throws names itself, and ends the process: ${thread}`, async (t) => {
    const path = join(ownFolder, `throws-${thread}.mts`);
    writeFileSync(
      path,
      `import { open } from ${JSON.stringify(life.index)};
     const addresses = { control: '127.0.0.1:0', itch: '127.0.0.1:0' };
     const program = await open({ url: 'tcp://127.0.0.1:1', addresses, thread: '${thread}' });
     program.beat.on('tick', () => { throw new RangeError('too much'); });`,
    );
    const { code, stderr } = await runToEnd(path);
    t.is(code, 1);
    t.regex(
      stderr,
      /LoomError: life, fds\.beat: a listener of its 'tick' event threw RangeError: too much/,
    );
    t.regex(stderr, /code: 'LOOM6031'/);
    t.regex(stderr, /cause.*RangeError: too much/s);
  });
}

test('a worker that is terminated while it delivers takes its reactor along', async (t) => {
  const path = join(ownFolder, 'flooded.mjs');
  writeFileSync(
    path,
    `import { parentPort } from 'node:worker_threads';
     import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
     register();
     const { open } = await import(${JSON.stringify(pathToFileURL(echoTs.index))});
     const program = await open({ addresses: ${JSON.stringify(freeAddresses('flooded'))} });
     program.tcp.onBatch((batch) => {
       for (const message of batch) message.connection.send(message.bytes);
     });
     parentPort.postMessage(program.tcp.address);`,
  );
  const worker = new Worker(path, { execArgv: [] });
  const address = await new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const socket = await dial(address);
  socket.on('error', () => undefined);
  const flood = setInterval(() => socket.write('z'.repeat(10_000)), 1);
  await readExactly(socket, 100_000);
  await worker.terminate();
  clearInterval(flood);
  socket.destroy();
  await t.throwsAsync(dial(address), { code: 'ECONNREFUSED' });
});
