/** Events of the program: what each record becomes, and that they are told before unread data. */
import test from 'ava';
import { DeliveryEvent } from '../../templates/bindings/layout.ts';
import { clientAddress } from '../../templates/bindings/client_url.ts';
import { clientFd, sampleReactor, serverFd, startSample } from './sample_program.ts';

/** A payload of 64-bit numbers, as runtime/loom/program_event.hpp has them. */
function words(...numbers: bigint[]): Uint8Array {
  return new Uint8Array(new BigUint64Array(numbers).buffer);
}

test('a client that comes and goes is told with its attempts and the reason', (t) => {
  const { reactor } = startSample();
  const told: unknown[] = [];
  reactor.events.listeners.on('up', (event) => told.push(event));
  reactor.events.listeners.on('down', (event) => told.push(event));
  const payload = (kind: number, attempts: number, errno: number) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint16(0, kind, true);
    view.setUint16(2, attempts, true);
    view.setInt32(4, errno, true);
    return new Uint8Array(view.buffer);
  };
  reactor.deliverBytes(clientFd, DeliveryEvent.down, 0, 0, payload(5, 2, 111));
  reactor.deliverBytes(clientFd, DeliveryEvent.up, 0, 0, payload(0, 3, 0));
  reactor.link.pump();
  t.deepEqual(told, [
    {
      fd: 'market',
      connection: 0,
      failedAttempts: 2,
      kind: 'refused',
      systemError: 'ECONNREFUSED',
    },
    { fd: 'market', connection: 0, failedAttempts: 3 },
  ]);
});

test('gaps, overflows, stalls and losses are told with their numbers', (t) => {
  const { reactor } = startSample();
  const told: unknown[] = [];
  for (const event of ['gap', 'resynced', 'overflow', 'stall', 'lost'] as const) {
    reactor.events.listeners.on(event, (value: unknown) => told.push([event, value]));
  }
  const stall = new Uint8Array([
    ...words(5_000_000n),
    ...Buffer.from('fds.market (Book::on_data)'),
  ]);
  reactor.deliverBytes(serverFd, DeliveryEvent.gap, 0, 0, words(7n, 100n, 2n ** 63n, 0n));
  reactor.deliverBytes(serverFd, DeliveryEvent.gap, 0, 0, words(0n, 0n, 12n, 1n));
  reactor.deliverBytes(serverFd, DeliveryEvent.resynced, 0, 0, words(7n, 130n));
  reactor.deliverBytes(0, DeliveryEvent.overflow, 0, 0, words(9n, 1n));
  reactor.deliverBytes(0, DeliveryEvent.overflow, 0, 0, words(12n, 0n));
  reactor.deliverBytes(0, DeliveryEvent.stall, 0, 0, stall);
  reactor.deliverBytes(0, DeliveryEvent.lost, 0, 0, words(3n));
  reactor.link.pump();
  const gap = { fd: 'control', stream: 7n, expected: 100n, received: 2n ** 63n };
  const overflow = { channel: 'quotes', reactor: 'main' };
  t.deepEqual(told, [
    ['gap', { ...gap, cause: 'sequence' }],
    ['gap', { fd: 'control', cause: 'dropped', stream: 0n, expected: 0n, received: 12n }],
    ['resynced', { fd: 'control', stream: 7n, at: 130n }],
    ['overflow', { ...overflow, state: 'began', dropped: 9n }],
    ['overflow', { ...overflow, state: 'ceased', dropped: 12n }],
    ['stall', { reactor: 'main', activity: 'fds.market (Book::on_data)', nanoseconds: 5_000_000n }],
    ['lost', { reactor: 'main', events: 3n }],
  ]);
});

test('they are told ahead of messages that nobody reads, and keep no memory', (t) => {
  const { reactor, control } = startSample();
  const told: bigint[] = [];
  reactor.events.listeners.on('resynced', ({ at }) => told.push(at));
  control.pause();
  reactor.open(serverFd, 0, 1, 0);
  reactor.deliver(serverFd, DeliveryEvent.data, 0, 1, 'unread');
  reactor.deliverBytes(serverFd, DeliveryEvent.resynced, 0, 0, words(0n, 5n));
  reactor.link.pump();
  t.deepEqual(told, [5n]);
  reactor.deliverBytes(serverFd, DeliveryEvent.resynced, 0, 0, words(0n, 6n));
  reactor.link.pump();
  t.deepEqual(told, [5n, 6n]);
});

test('url is the one client’s address, in the form of a URL or as it is', (t) => {
  const descriptor = { reactors: [sampleReactor] };
  const address = (url: string) => clientAddress(descriptor, url, {})[1];
  t.is(clientAddress(descriptor, 'tcp://h:1', {})[0], 'market');
  t.is(address('tcp://feed.example:9000'), 'feed.example:9000');
  t.is(address('tcp://[::1]:9000/'), '[::1]:9000');
  t.is(address('unix:///run/feed.sock'), '/run/feed.sock');
  t.is(address('unix:/run/feed.sock'), '/run/feed.sock');
  t.is(address('feed.example:9000'), 'feed.example:9000');
  t.is(address('/run/feed.sock'), '/run/feed.sock');
  t.throws(() => address('wss://feed.example/'), { code: 'LOOM6032', message: /no 'wss:\/\/'/ });
  t.throws(() => clientAddress(descriptor, 'h:1', { market: 'h:2' }), {
    code: 'LOOM6032',
    message: /addresses\.market says/,
  });
  const twice = { reactors: [sampleReactor, sampleReactor] };
  t.throws(() => clientAddress(twice, 'h:1', {}), {
    code: 'LOOM6032',
    message: /this one has market, market/,
  });
  const none = { reactors: [] };
  t.throws(() => clientAddress(none, 'h:1', {}), { message: /this one has none/ });
});
