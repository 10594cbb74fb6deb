/**
 * Type tests of emitted bindings: `tsc` checks this file against committed output, and each
 * `@ts-expect-error` line fails the type check when the mistake under it stops being a type error.
 * Nothing runs it.
 */
import { type EchoTs, open as openEcho } from '../../generated/echo-ts/bindings/index.ts';
import type { FanOut } from '../../generated/fan-out/bindings/index.ts';
import { type Orderbook, open } from '../../generated/orderbook/bindings/index.ts';
import type { OpenOptions } from '../../templates/bindings/open_options.ts';

/** Everything that is allowed at the start. */
export const opened: Promise<Orderbook> = open({
  signal: AbortSignal.timeout(1000),
  cores: { md: 'any' },
  backend: 'epoll',
  addresses: { market: '127.0.0.1:9000' },
  log: (line) => void line.length,
  wait: 'wake',
  thread: 'this',
});

/** What a running program has, by its names. */
export async function uses(book: Orderbook, echo: EchoTs, signal: AbortSignal): Promise<void> {
  book.on(
    'up',
    ({ fd, failedAttempts }) => `${fd satisfies 'market' | 'snapshot'} ${failedAttempts}`,
  );
  book.on('down', ({ kind }) => void (kind === 'refused'), { signal });
  book.on('overflow', ({ channel }) => void (channel === 'top'));
  const [stall] = await book.once('stall', { signal });
  stall.reactor satisfies 'md';
  const [gap] = await book.once('gap');
  gap.expected satisfies bigint;
  const [connection, why] = await echo.tcp.once('close', { signal });
  connection.send(why.kind);
  await connection.untilWritable({ signal });
  for await (using batch of book.top.batches({ signal })) for (const _ of batch) book.top.pause();
  await book.close();

  // @ts-expect-error: no such event
  book.on('upp', () => undefined);
  // @ts-expect-error: no such field of an event
  book.on('up', ({ reason }) => void reason);
  // @ts-expect-error: no such fd
  book.on('down', ({ fd }) => void (fd === 'markt'));
  // @ts-expect-error: no such channel
  book.on('overflow', ({ channel }) => void (channel === 'topp'));
  // @ts-expect-error: no such reactor
  book.on('stall', ({ reactor }) => void (reactor === 'mdx'));
  // @ts-expect-error: no client connects to anybody here, so nothing comes up
  echo.on('up', ({ fd }) => fd.length);
  // @ts-expect-error: a stream has no such event
  echo.tcp.on('data', () => undefined);
  // @ts-expect-error: a stream has no such event
  await echo.tcp.once('data');
  // @ts-expect-error: no such channel
  book.topp.pause();
  // @ts-expect-error: no such fd
  echo.tpc.pause();
  // @ts-expect-error: a native stream passes nothing through JavaScript
  book.market.onBatch(() => undefined);
  // @ts-expect-error: no such reactor
  book.stats.main.turns;
  // @ts-expect-error: no such counter
  book.stats.md.turn;
  // @ts-expect-error: what stops the socket has its own name
  connection.pause();
  // @ts-expect-error: a signal, not a controller
  book.top.onBatch(() => undefined, { signal: new AbortController() });
}

/** Options that do not compile. */
export const refused = [
  // @ts-expect-error: no such reactor
  open({ cores: { main: 1 } }),
  // @ts-expect-error: no such fd
  open({ addresses: { markt: '127.0.0.1:9000' } }),
  // @ts-expect-error: no such option
  open({ adresses: {} }),
  // @ts-expect-error: no such backend
  open({ backend: 'iouring' }),
  // @ts-expect-error: no such thread
  open({ thread: 'that' }),
  // @ts-expect-error: two clients: which is meant?
  open({ url: 'tcp://127.0.0.1:9000' }),
  // @ts-expect-error: no client
  openEcho({ url: 'tcp://127.0.0.1:9000' }),
];

/** One client: url is its address. */
export const oneClient: OpenOptions<'md', 'feed', 'feed'> = { url: 'tcp://127.0.0.1:9000' };

/** Two reactors need threads of their own. */
export const twoReactors: OpenOptions<'md' | 'ctl', never> = {
  // @ts-expect-error: one thread turns one reactor
  thread: 'this',
};

/** Calls know their messages. */
export async function asks({ primes }: FanOut): Promise<number> {
  await primes.untilWritable({ signal: AbortSignal.timeout(1) });
  const reply = await primes.call({ limit: 100 });
  // @ts-expect-error: a misspelt field of the request
  void primes.call({ limits: 100 });
  // @ts-expect-error: a field of another type
  void primes.call({ limit: true });
  // @ts-expect-error: a misspelt field of the reply
  void reply.primess;
  // @ts-expect-error: no such setter
  void primes.call((writer) => (writer.limits = 1));
  return reply.count;
}
