/** Sends of JavaScript through fds that C++ handlers serve, by a real addon, on each backend. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import test from 'ava';
import { backends, type Built, dial, readExactly } from './built_program.ts';
import {
  buildRequests,
  filePaths,
  type Order,
  type Requests,
  type RequestsModule,
} from './requests_program.ts';
import { eventually } from './simulated_reactor.ts';

let built: Built<RequestsModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await buildRequests();
});

/** A message with its length in front, as u32le. */
function frame(text: string): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([header, Buffer.from(text)]);
}

interface Framed {
  program: Requests;
  peer: Socket;
  close(): Promise<void>;
}

/** The program with its client connected to `peer`, whose hello was read. */
async function connectFramed(backend: 'io_uring' | 'epoll'): Promise<Framed> {
  const server = createServer({ pauseOnConnect: true });
  const files = filePaths();
  // A unix socket: how much one holds that nobody reads is certain.
  const path = `${files.out}.sock`;
  server.listen(path);
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const addresses = { ...files, framed: path };
  const program = await built.module.open({ backend, addresses });
  const [peer] = (await connected) as [Socket];
  const close = async (): Promise<void> => {
    await program.stop();
    peer.destroy();
    server.close();
  };
  return { program, peer, close };
}

type Settled = PromiseSettledResult<void>;

const leg = { price: '0', quantity: 0 };
const nothing: Order = { id: 0n, side: 'buy', legs: [leg, leg], tags: [0, 0, 0], note: '' };

/** Requests of the reactor that sends, `jsRequests` of its config. */
const requests = 16;

/** Sends until as many wait as can be: nobody reads. One request is left, to ask with. */
async function fill(
  program: Requests,
  send: (n: number) => Promise<void>,
): Promise<Promise<Settled>[]> {
  const results: Promise<Settled>[] = [];
  let waiting = 0;
  // What is called comes after what was sent: with its answer everything was tried, and with the
  // second what had begun to leave has left. Bound: what the sockets hold.
  for (let rounds = 0; rounds < 3; rounds += 1) {
    if (waiting < requests - 1) rounds = 0;
    while (waiting < requests - 1) {
      waiting += 1;
      const settled = Promise.allSettled([send(results.length)]).then(([each]) => {
        waiting -= 1;
        return each;
      });
      results.push(settled);
    }
    await program.total.call(nothing);
  }
  return results;
}

for (const backend of backends) {
  test(`${backend}: messages go behind what the handler wrote, in order`, async (t) => {
    const { program, peer, close } = await connectFramed(backend);
    const texts = ['grüße', '', ...Array.from({ length: 14 }, (_, n) => `message ${n}`)];
    const expected = Buffer.concat(['hello', ...texts].map(frame));
    const read = readExactly(peer, expected.length);
    peer.resume();
    // As soon as the handler said hello there is a connection.
    await eventually(() => program.stats.net.connected === 1n, 'the connection');
    await Promise.all(texts.map((text) => program.framed.send(text)));
    t.deepEqual(await read, expected);
    t.like(await t.throwsAsync(program.framed.send('x'.repeat(2049))), {
      code: 'LOOM6005',
      fd: 'framed',
    });
    t.like(await t.throwsAsync(program.framed.send('x', { connection: 1 })), {
      code: 'LOOM6042',
      systemError: 'ENOTCONN',
    });
    t.like(await t.throwsAsync(program.framed.send('x', { generation: 999 })), {
      systemError: 'ENOTCONN',
    });
    await close();
  });

  test(`${backend}: sends wait for room, are refused past the bound, and keep order`, async (t) => {
    const { program, peer, close } = await connectFramed(backend);
    await eventually(() => program.stats.net.connected === 1n, 'the connection');
    const texts: string[] = [];
    const results = await fill(program, (n) => {
      texts.push(`${n} ${'x'.repeat(n % 2 === 0 ? 2000 : 1000)}`);
      return program.framed.send(texts.at(-1) ?? '');
    });
    const last = program.framed.send('the last that fits');
    texts.push('the last that fits');
    t.true(program.framed.isFull);
    await t.throwsAsync(program.framed.send('one more'), { code: 'LOOM6040' });
    const expected = Buffer.concat(['hello', ...texts].map(frame));
    const read = readExactly(peer, expected.length);
    peer.resume();
    t.deepEqual(await read, expected);
    t.true((await Promise.all(results)).every(({ status }) => status === 'fulfilled'));
    await last;
    await program.framed.writable;
    await close();
  });

  test(`${backend}: sends that wait are cancelled by their signal`, async (t) => {
    const { program, close } = await connectFramed(backend);
    await eventually(() => program.stats.net.connected === 1n, 'the connection');
    const controller = new AbortController();
    const { signal } = controller;
    const results = await fill(program, () => program.framed.send('y'.repeat(2000), { signal }));
    controller.abort(new Error('enough'));
    const failed = (await Promise.all(results)).flatMap((each) =>
      each.status === 'rejected' ? [each.reason.message] : [],
    );
    t.true(failed.length >= 12, `${failed.length} were cancelled`);
    t.deepEqual(new Set(failed), new Set(['enough']));
    await close();
  });

  test(`${backend}: sends that wait end with the program`, async (t) => {
    const { program, close } = await connectFramed(backend);
    await eventually(() => program.stats.net.connected === 1n, 'the connection');
    const results = await fill(program, () => program.framed.send('y'.repeat(2000)));
    await program.stop();
    const codes = (await Promise.all(results)).flatMap((each) =>
      each.status === 'rejected' ? [each.reason.code] : [],
    );
    t.true(codes.length >= 12, `${codes.length} were rejected`);
    t.true(codes.every((code) => code === 'LOOM6042' || code === 'LOOM6043'));
    await close();
  });

  test(`${backend}: a server's connections get what is sent to them`, async (t) => {
    await using program = await built.module.open({ backend, addresses: filePaths() });
    t.like(await t.throwsAsync(program.served.send('nobody', { connection: 0 })), {
      systemError: 'ENOTCONN',
    });
    const first = await dial(program.served.address);
    t.is(String(await readExactly(first, 5)), 'hello');
    const second = await dial(program.served.address);
    t.is(String(await readExactly(second, 5)), 'hello');
    const texts = [readExactly(first, 3), readExactly(second, 3)];
    const sent = await Promise.allSettled(
      [0, 1].map((connection) => program.served.send('two', { connection })),
    );
    t.deepEqual(
      sent.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    t.deepEqual((await Promise.all(texts)).map(String), ['two', 'two']);
    first.destroy();
    second.destroy();
  });

  test(`${backend}: datagrams reach the address that is named`, async (t) => {
    await using program = await built.module.open({ backend, addresses: filePaths() });
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const to = `127.0.0.1:${socket.address().port}`;
    const came: string[] = [];
    socket.on('message', (bytes) => came.push(String(bytes)));
    await program.datagrams.send('hello', { to });
    await program.datagrams.send(new Uint8Array([104, 105]), { to });
    await eventually(() => came.length === 2, 'both datagrams');
    t.deepEqual(came, ['hello', 'hi']);
    t.like(await t.throwsAsync(program.datagrams.send('x')), { systemError: 'EDESTADDRREQ' });
    t.like(await t.throwsAsync(program.datagrams.send('x', { to: 'localhost:1' })), {
      code: 'LOOM6042',
      systemError: 'EDESTADDRREQ',
    });
    t.like(await t.throwsAsync(program.datagrams.send('x'.repeat(2049), { to })), {
      code: 'LOOM6005',
    });
    socket.close();
  });
}
