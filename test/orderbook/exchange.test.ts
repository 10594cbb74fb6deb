/** The local exchange, in its own process: every byte in order, FIN at the end, backpressure. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import test from 'ava';
import { ExchangeProcess } from '../../examples/orderbook/exchange_process.ts';
import type { ExchangeOptions } from '../../examples/orderbook/options.ts';
import { type Lane, lanes, loadSession } from '../../examples/orderbook/session.ts';

const options: ExchangeOptions = {
  session: { messages: 3000, snapshots: 1, seed: 5, drop: 0 },
  speed: Number.POSITIVE_INFINITY,
  holdSnapshot: false,
};

type Sockets = Map<Lane, Socket>;

/** Connects to all five in the order of the lanes. */
async function connectAll(exchange: ExchangeProcess): Promise<Sockets> {
  const { market, snapshot } = await exchange.listening;
  const port = Number(market.split(':')[1]);
  const sockets: Sockets = new Map();
  for (const lane of lanes) {
    const socket = lane === 'snapshot' ? connect(snapshot) : connect(port, '127.0.0.1');
    await once(socket, 'connect');
    sockets.set(lane, socket);
  }
  return sockets;
}

/** Everything that comes on a connection until its FIN. */
async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function readLanes(sockets: Sockets): Promise<Record<Lane, string>> {
  const read = [...sockets].map(async ([lane, socket]) => [lane, await readAll(socket)] as const);
  return Object.fromEntries(await Promise.all(read)) as Record<Lane, string>;
}

/** What the first `count` messages of the session are on each connection. */
function expectedLanes(session = options.session, count?: number): Record<Lane, string> {
  const sent = loadSession(session).slice(0, count);
  const texts = lanes.map((lane) => {
    const own = sent.filter((message) => message.lane === lane);
    return [lane, own.map(({ text }) => `${text}\n`).join('')] as const;
  });
  return Object.fromEntries(texts) as Record<Lane, string>;
}

test('at full speed every connection gets its part of the session, then FIN', async (t) => {
  using exchange = new ExchangeProcess(options);
  const received = await readLanes(await connectAll(exchange));
  t.deepEqual(received, expectedLanes());
  t.is((await exchange.finished).messages, 3000);
  t.false(existsSync(dirname((await exchange.listening).snapshot)), 'its folder is gone');
});

test('a paced session is the same session', async (t) => {
  using exchange = new ExchangeProcess({ ...options, speed: 20 });
  t.deepEqual(await readLanes(await connectAll(exchange)), expectedLanes());
});

test('a reader that waits holds up its own connection only', async (t) => {
  // Far more than the buffers of a socket hold.
  const session = { messages: 150_000, snapshots: 1, seed: 5, drop: 0 };
  using exchange = new ExchangeProcess({ ...options, session });
  const sockets = await connectAll(exchange);
  const ticker = sockets.get('ticker') as Socket;
  sockets.delete('ticker');
  const others = await readLanes(sockets);
  const tickers = await readAll(ticker);
  t.deepEqual({ ...others, ticker: tickers }, expectedLanes(session));
});

test('a held snapshot waits for everything else', async (t) => {
  using exchange = new ExchangeProcess({ ...options, speed: 4, holdSnapshot: true });
  const sockets = await connectAll(exchange);
  const snapshot = sockets.get('snapshot') as Socket;
  const ticker = sockets.get('ticker') as Socket;
  // The snapshot is due at 0.2 s of the session; what comes here reaches far beyond that.
  let seen = 0;
  ticker.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > 100_000) ticker.pause();
  });
  await once(ticker, 'pause');
  t.is(snapshot.bytesRead, 0);
  exchange.stop();
  ticker.resume();
  sockets.delete('ticker');
  const received = await readLanes(sockets);
  const { messages } = await exchange.finished;
  const { ticker: _, ...others } = expectedLanes(options.session, messages);
  t.deepEqual(received as Omit<Record<Lane, string>, 'ticker'>, others);
  t.true(received.snapshot.length > 0);
});

test('stopping ends all connections at one place of the session', async (t) => {
  using exchange = new ExchangeProcess({ ...options, speed: 1 });
  const sockets = await connectAll(exchange);
  const reading = readLanes(sockets);
  await once(sockets.get('snapshot') as Socket, 'end');
  exchange.stop();
  const received = await reading;
  const { messages } = await exchange.finished;
  t.true(messages > 0 && messages < 3000, `${messages} messages`);
  t.deepEqual(received, expectedLanes(options.session, messages));
});

test('stopping before anyone came ends it at once', async (t) => {
  using exchange = new ExchangeProcess(options);
  await exchange.listening;
  exchange.stop();
  t.is((await exchange.finished).messages, 0);
});

test('a sixth connection is turned away', async (t) => {
  using exchange = new ExchangeProcess({ ...options, speed: 1 });
  await connectAll(exchange);
  const port = Number((await exchange.listening).market.split(':')[1]);
  t.is(await readAll(connect(port, '127.0.0.1')), '');
});

test('a session that cannot be loaded is said to the parent', async (t) => {
  const session = { ...options.session, recording: '/nowhere/recording.gz' };
  using exchange = new ExchangeProcess({ ...options, session });
  await t.throwsAsync(exchange.listening, { message: /ENOENT.*\/nowhere\/recording\.gz/ });
});
