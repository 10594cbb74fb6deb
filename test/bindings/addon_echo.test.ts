/** A real addon, examples/echo-ts, with clients of node:net: data, order, backpressure, ends. */
import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import {
  backends,
  buildEchoTs,
  closed,
  dial,
  type EchoTsModule,
  echo,
  freeAddresses,
  readExactly,
} from './built_program.ts';
import { eventually } from './simulated_reactor.ts';

let echoTs: EchoTsModule;
test.before('build', async (t) => {
  t.timeout(240_000);
  echoTs = (await buildEchoTs()).module;
});

for (const backend of backends) {
  test(`${backend}: gives bytes back over TCP and a unix socket`, async (t) => {
    const lines: string[] = [];
    await using program = await echoTs.open({
      backend,
      addresses: freeAddresses(`both-${backend}`),
      log: (line) => lines.push(line),
    });
    t.is(program.backend.main.name, backend);
    t.regex(program.tcp.address, /^127\.0\.0\.1:[1-9]\d*$/);
    void echo(program.tcp);
    void echo(program.local);
    for (const address of [program.tcp.address, program.local.address]) {
      const socket = await dial(address);
      socket.write('hello');
      t.is(String(await readExactly(socket, 5)), 'hello');
      socket.end();
      t.false(await closed(socket));
    }
    await eventually(() => lines.length > 0, 'a log line');
    t.regex(lines[0] ?? '', new RegExp(`reactors\\.main runs on ${backend}`));
  });

  test(`${backend}: what came right before the end is still answered`, async (t) => {
    await using program = await echoTs.open({
      backend,
      addresses: freeAddresses(`fin-${backend}`),
    });
    void echo(program.tcp);
    const ends: string[] = [];
    program.tcp.on('close', (_, why) => ends.push(why.kind));
    for (let round = 0; round < 20; round += 1) {
      const socket = await dial(program.tcp.address, true);
      socket.end(`last words ${round}`);
      const answer = await readExactly(socket, `last words ${round}`.length);
      t.is(String(answer), `last words ${round}`);
      await closed(socket);
    }
    await eventually(() => ends.length === 20, 'the close events');
    t.deepEqual(new Set(ends), new Set(['ended']));
  });

  test(`${backend}: ten megabytes come back whole, although the peer reads late`, async (t) => {
    await using program = await echoTs.open({
      backend,
      addresses: freeAddresses(`big-${backend}`),
    });
    void echo(program.tcp);
    const socket = await dial(program.tcp.address);
    const sent = randomBytes(10 << 20);
    const answer = readExactly(socket, sent.length);
    socket.pause();
    socket.write(sent);
    await eventually(() => program.stats.main.bytesReceived > 1n << 20n, 'the first megabyte');
    socket.resume();
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    t.is(hash(await answer), hash(sent));
    t.is(program.stats.main.allocationsAfterInit, 0n);
    socket.destroy();
  });

  test(`${backend}: many connections at once keep their answers apart`, async (t) => {
    await using program = await echoTs.open({
      backend,
      addresses: freeAddresses(`many-${backend}`),
    });
    void echo(program.local);
    const answers = Array.from({ length: 40 }, async (_, number) => {
      const socket = await dial(program.local.address);
      const text = `${number};`.repeat(200);
      for (let round = 0; round < 5; round += 1) {
        socket.write(text);
        if (String(await readExactly(socket, text.length)) !== text) return false;
      }
      socket.end();
      return true;
    });
    t.deepEqual(await Promise.all(answers), new Array(40).fill(true));
    await eventually(() => [...program.local.connections()].length === 0, 'all closed');
    t.is(program.stats.main.accepted, 40n);
  });

  test(`${backend}: a connection can be closed, reset and half closed from here`, async (t) => {
    await using program = await echoTs.open({
      backend,
      addresses: freeAddresses(`end-${backend}`),
    });
    const ends: string[] = [];
    program.tcp.on('close', (_, why) => ends.push(why.kind));
    program.tcp.onBatch((batch) => {
      for (const message of batch) {
        const { connection } = message;
        const command = message.text();
        if (command === 'abort') connection.abort();
        else connection.send(`${command}!`);
        if (command === 'close') connection.close();
        if (command === 'finish') connection.finish();
      }
    });
    const closing = await dial(program.tcp.address);
    closing.write('close');
    t.is(String(await readExactly(closing, 6)), 'close!');
    t.false(await closed(closing));
    const finishing = await dial(program.tcp.address, true);
    const ended = new Promise((resolve) => {
      finishing.once('end', resolve);
    });
    finishing.write('finish');
    t.is(String(await readExactly(finishing, 7)), 'finish!');
    finishing.resume();
    await ended;
    finishing.end();
    await closed(finishing);
    const aborting = await dial(program.tcp.address);
    aborting.write('abort');
    t.true(await closed(aborting), 'a reset, not an end');
    await eventually(() => ends.length === 3, 'the close events');
    t.deepEqual(ends, ['local', 'ended', 'aborted']);
  });
}
