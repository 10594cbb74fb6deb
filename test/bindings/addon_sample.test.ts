/** A real addon with framings, a client that connects again, a timer, and a channel from C++. */
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import test from 'ava';
import {
  backends,
  type BindingsSampleModule,
  type Built,
  build,
  buildEchoTs,
  dial,
  readExactly,
} from './built_program.ts';
import { eventually } from './simulated_reactor.ts';

let built: Built<BindingsSampleModule>;
let echoAddon: string;
let swapped: Built<BindingsSampleModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await build('test/bindings/sample/loom.config.ts', 'bindings_sample', 'debug');
  echoAddon = (await buildEchoTs()).addon;
  swapped = await build('test/bindings/swapped/loom.config.ts', 'swapped', 'no-compile');
});

/** Addresses at which nobody listens, and ports of the kernel's choice. */
const anywhere = { frames: '127.0.0.1:0', counted: '127.0.0.1:0', dial: '127.0.0.1:1' };

/** A message with its length in front, as u32le. */
function frame(text: string): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([header, Buffer.from(text)]);
}

function listen(): Promise<{ server: NetServer; address: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({ server, address: `127.0.0.1:${port}`, sockets });
    });
  });
}

for (const backend of backends) {
  test(`${backend}: messages are cut by their lengths, and answers get theirs`, async (t) => {
    await using program = await built.module.open({ backend, addresses: anywhere });
    const seen: string[] = [];
    program.frames.onBatch((batch) => {
      for (const message of batch) {
        seen.push(message.text());
        message.connection.send(`re: ${message.text()}`);
      }
    });
    const socket = await dial(program.frames.address);
    const texts = ['', 'a', 'grüße', 'x'.repeat(60_000)];
    const answers = Buffer.concat(texts.map((text) => frame(`re: ${text}`)));
    const answer = readExactly(socket, answers.length);
    const stream = Buffer.concat(texts.map(frame));
    // Cut where it hurts: within a length, between a length and its message, within a message.
    for (const [from, to] of [
      [0, 2],
      [2, 4],
      [4, 9],
      [9, 100],
      [100, stream.length],
    ] as const) {
      socket.write(stream.subarray(from, to));
      await new Promise(setImmediate);
    }
    t.deepEqual(await answer, answers);
    t.deepEqual(seen, texts);
    socket.destroy();
  });

  test(`${backend}: a client connects, speaks in lines, and connects again`, async (t) => {
    const { server, address, sockets } = await listen();
    await using program = await built.module.open({
      backend,
      addresses: { ...anywhere, dial: address },
    });
    const events: string[] = [];
    program.dial.on('open', (connection) => {
      events.push('open');
      connection.send('hello');
    });
    program.dial.on('close', (_, why) => events.push(`close ${why.kind}`));
    program.dial.onBatch((batch) => {
      for (const message of batch) events.push(message.text());
    });
    await eventually(() => sockets.length === 1, 'the first connection');
    t.is(String(await readExactly(sockets[0] as Socket, 6)), 'hello\n');
    sockets[0]?.end('one\r\ntwo\n');
    await eventually(() => sockets.length === 2, 'the second connection');
    t.is(String(await readExactly(sockets[1] as Socket, 6)), 'hello\n');
    t.deepEqual(events, ['open', 'one', 'two', 'close ended', 'open']);
    server.close();
  });

  test(`${backend}: a client that finds nobody says so at each attempt`, async (t) => {
    await using program = await built.module.open({ backend, addresses: anywhere });
    const reasons: string[] = [];
    program.dial.on('open', () => reasons.push('open'));
    program.dial.on('close', (_, why) => reasons.push(`${why.kind} ${why.systemError}`));
    await eventually(() => reasons.length >= 2, 'two attempts');
    t.deepEqual(new Set(reasons), new Set(['refused ECONNREFUSED']));
  });

  test(`${backend}: timers tick and a C++ handler publishes what it counts`, async (t) => {
    await using program = await built.module.open({ backend, addresses: anywhere });
    let ticks = 0;
    program.beat.on('tick', (expirations) => {
      ticks += expirations;
    });
    t.is(program.counted.name, 'counted');
    const socket = await dial(program.counted.address);
    let total = 0n;
    socket.write('12345');
    for await (using batch of program.counts) {
      for (const count of batch) {
        t.is(count.negative, -count.total);
        t.deepEqual(count.toObject(), {
          connection: 0,
          total: count.total,
          negative: -count.total,
        });
        total = count.total;
      }
      if (total === 5n) socket.write('678');
      if (total === 8n) break;
    }
    await eventually(() => ticks >= 2, 'two ticks');
    t.true(program.stats.front.ticks >= 2n);
    t.is(program.stats.back.bytesReceived, 8n);
    t.is(program.stats.back.allocationsAfterInit, 0n);
    socket.destroy();
  });

  test(`${backend}: a handler may stop the program`, async (t) => {
    const program = await built.module.open({ backend, addresses: anywhere });
    const totals: bigint[] = [];
    const reading = (async () => {
      for await (using batch of program.counts) for (const count of batch) totals.push(count.total);
    })();
    const socket = await dial(program.counted.address);
    socket.on('error', () => undefined);
    socket.write('stop!');
    await program.stopped;
    await reading;
    t.deepEqual(totals, [5n], 'what was published before the end is read');
    socket.destroy();
  });
}

test('the addon of another program is refused', async (t) => {
  const error = await t.throwsAsync(built.module.open({ native: echoAddon }), {
    code: 'LOOM6003',
  });
  t.regex(error?.message ?? '', /addon of 'echo_ts', not of 'bindings_sample'/);
});

test('an addon of equal sizes whose fields lie otherwise is refused', async (t) => {
  const error = await t.throwsAsync(swapped.module.open({ native: built.addon }), {
    code: 'LOOM6003',
  });
  t.regex(
    error?.message ?? '',
    /bindings_sample\.node does not belong .*\(layout [0-9a-f]{16} there, [0-9a-f]{16} here\)/,
  );
  t.regex(
    error?.message ?? '',
    /\n {2}cd \S+\n {2}npx loomgen build \S+swapped\/loom\.config\.ts$/,
  );
});
