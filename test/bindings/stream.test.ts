/**
 * Streams against a simulated reactor: messages in batches, events in order, and memory that is
 * given back only when its batch is disposed.
 */
import test from 'ava';
import type { Connection } from '../../templates/bindings/connection.ts';
import type { Stream } from '../../templates/bindings/stream.ts';
import { clientFd, serverFd, startSample } from './sample_program.ts';
import { eventually, nextTurn } from './simulated_reactor.ts';

const data = 2;
const close = 4;

/** Payload of a close record. */
function closePayload(kind: number, systemError: number): Uint8Array {
  const payload = new Uint8Array(8);
  new DataView(payload.buffer).setUint16(0, kind, true);
  new DataView(payload.buffer).setInt32(4, systemError, true);
  return payload;
}

/** Notes everything that a stream emits. */
function transcriptOf(stream: Stream): string[] {
  const lines: string[] = [];
  stream.on('open', (connection) => lines.push(`open ${connection.index}`));
  stream.on('drain', (connection) => lines.push(`drain ${connection.index}`));
  stream.on('close', (connection, why) =>
    lines.push(`close ${connection.index} ${why.kind} ${why.systemError ?? '-'}`),
  );
  return lines;
}

test('messages come in batches with their connection', async (t) => {
  const { reactor, control } = startSample();
  reactor.open(serverFd, 1, 7, 0);
  reactor.deliver(serverFd, data, 1, 7, 'one');
  reactor.deliver(serverFd, data, 1, 7, '');
  reactor.deliver(serverFd, data, 1, 7, 'zwölf');
  const seen: string[] = [];
  let connection: Connection | undefined;
  for await (using batch of control) {
    for (const message of batch) {
      seen.push(message.text());
      t.is(message.byteLength, message.bytes.length);
      t.deepEqual(message.copy(), message.bytes.slice());
      connection = message.connection;
    }
    break;
  }
  t.deepEqual(seen, ['one', '', 'zwölf']);
  t.is(connection?.index, 1);
  t.is(connection?.fd, 'control');
  t.is(connection?.id, 7 * 2 ** 20 + 1);
  t.deepEqual([...control.connections()], [connection]);
});

test('a batch can be iterated once, and its message object is used again', async (t) => {
  const { reactor, control } = startSample();
  reactor.open(serverFd, 0, 1, 0);
  reactor.deliver(serverFd, data, 0, 1, 'a');
  reactor.deliver(serverFd, data, 0, 1, 'b');
  for await (const batch of control) {
    const messages = [...batch];
    t.is(messages.length, 2);
    t.is(messages[0], messages[1]);
    t.is(messages[0]?.text(), 'b');
    t.deepEqual([...batch], []);
    break;
  }
});

test('memory goes back to the reactor when the batch is disposed, not before', async (t) => {
  const { reactor, control } = startSample(2 ** 32 - 128);
  reactor.open(serverFd, 0, 1, 0);
  const iterator = control[Symbol.asyncIterator]();
  const waiting = iterator.next();
  reactor.deliver(serverFd, data, 0, 1, 'held');
  const before = reactor.delivery.head;
  const { value: batch } = await waiting;
  t.true(reactor.delivery.head >= before);
  const held = reactor.delivery.head;
  t.not(held, reactor.delivery.tail);
  for (const message of batch ?? []) t.is(message.text(), 'held');
  await nextTurn();
  t.is(reactor.delivery.head, held, 'iterating alone gives nothing back');
  batch?.[Symbol.dispose]();
  t.is(reactor.delivery.head, reactor.delivery.tail);
  batch?.[Symbol.dispose]();
  await iterator.return?.();
});

test('next() disposes the batch before', async (t) => {
  const { reactor, control } = startSample();
  const iterator = control[Symbol.asyncIterator]();
  reactor.open(serverFd, 0, 1, 0);
  reactor.deliver(serverFd, data, 0, 1, 'first');
  await iterator.next();
  const held = reactor.delivery.head;
  reactor.deliver(serverFd, data, 0, 1, 'second');
  const { value: second } = await iterator.next();
  t.not(reactor.delivery.head, held);
  t.deepEqual(
    [...(second ?? [])].map((message) => message.text()),
    ['second'],
  );
  await iterator.return?.();
  t.is(reactor.delivery.head, reactor.delivery.tail);
});

test('events come between the messages they lie between', async (t) => {
  const { reactor, control } = startSample();
  const lines = transcriptOf(control);
  reactor.open(serverFd, 0, 1, 0);
  reactor.deliver(serverFd, data, 0, 1, 'from the first');
  reactor.deliverBytes(serverFd, close, 0, 1, closePayload(1, 0));
  reactor.open(serverFd, 0, 2, 0);
  reactor.deliver(serverFd, data, 0, 2, 'from the second');
  reactor.deliverBytes(serverFd, close, 0, 2, closePayload(2, 104));
  const connections: Connection[] = [];
  for await (using batch of control) {
    for (const message of batch) {
      lines.push(message.text());
      connections.push(message.connection);
    }
    if (connections.length === 2) break;
  }
  t.deepEqual(lines, [
    'open 0',
    'from the first',
    'close 0 ended -',
    'open 0',
    'from the second',
    'close 0 reset ECONNRESET',
  ]);
  t.not(connections[0], connections[1], 'one object for each connection, never for a slot');
  t.true(connections[0]?.closed);
  t.deepEqual([...control.connections()], []);
});

test('events need no reader; what was not iterated still emits its events', async (t) => {
  const { reactor, control } = startSample();
  const lines = transcriptOf(control);
  reactor.open(serverFd, 2, 1, 0);
  await nextTurn();
  t.deepEqual(lines, ['open 2']);
  reactor.deliver(serverFd, data, 2, 1, 'unread');
  reactor.deliverBytes(serverFd, close, 2, 1, closePayload(3, 0));
  await nextTurn();
  t.deepEqual(lines, ['open 2'], 'the close waits behind the message');
  const stop = control.onBatch(() => undefined);
  await nextTurn();
  t.deepEqual(lines, ['open 2', 'close 2 local -']);
  stop();
  t.is(reactor.delivery.head, reactor.delivery.tail);
});

test('at the end nobody misses the events behind messages that have no reader', async (t) => {
  const { reactor, control } = startSample();
  const lines = transcriptOf(control);
  reactor.open(serverFd, 2, 1, 0);
  reactor.open(serverFd, 3, 1, 0);
  reactor.deliver(serverFd, data, 2, 1, 'unread');
  reactor.deliverBytes(serverFd, close, 2, 1, closePayload(3, 0));
  reactor.deliver(serverFd, data, 3, 1, 'unread too');
  await nextTurn();
  t.deepEqual(lines, ['open 2', 'open 3']);
  reactor.link.end();
  t.deepEqual(lines.slice(2), ['close 2 local -', 'close 3 stopped -']);
  const texts: string[] = [];
  for await (using batch of control) for (const message of batch) texts.push(message.text());
  t.deepEqual(texts, ['unread', 'unread too'], 'a late reader has them all the same');
  t.is(lines.length, 4, 'and no event twice');
});

test("a client's failed attempt closes without having opened", async (t) => {
  const { reactor, market } = startSample();
  const lines = transcriptOf(market);
  reactor.deliverBytes(clientFd, close, 0, 1, closePayload(5, 111));
  reactor.open(clientFd, 0, 2, 4);
  await nextTurn();
  t.deepEqual(lines, ['close 0 refused ECONNREFUSED', 'open 0']);
});

test('two streams share a ring: the slower one holds only what it has not read', async (t) => {
  const { reactor, control, market } = startSample();
  reactor.open(serverFd, 0, 1, 0);
  reactor.open(clientFd, 0, 1, 4);
  const slow = control[Symbol.asyncIterator]();
  const fast: string[] = [];
  market.onBatch((batch) => {
    for (const message of batch) fast.push(message.text());
  });
  reactor.deliver(clientFd, data, 0, 1, 'f1');
  reactor.deliver(serverFd, data, 0, 1, 's1');
  reactor.deliver(clientFd, data, 0, 1, 'f2');
  await nextTurn();
  t.deepEqual(fast, ['f1', 'f2']);
  const held = reactor.delivery.head;
  t.not(held, reactor.delivery.tail);
  reactor.deliver(clientFd, data, 0, 1, 'f3');
  await eventually(() => fast.length === 3, 'the third message');
  t.is(reactor.delivery.head, held, "the slow stream's message is still there");
  const { value: batch } = await slow.next();
  t.deepEqual(
    [...(batch ?? [])].map((message) => message.text()),
    ['s1'],
  );
  batch?.[Symbol.dispose]();
  t.is(reactor.delivery.head, reactor.delivery.tail);
  await slow.return?.();
});

test('a thousand rounds around the ring lose and reorder nothing', async (t) => {
  const { reactor, control } = startSample(2 ** 32 - 2048);
  reactor.open(serverFd, 0, 1, 0);
  let sent = 0;
  let received = 0;
  const total = 20_000;
  const fill = () => {
    while (sent < total && reactor.deliver(serverFd, data, 0, 1, `${sent} `.repeat(sent % 40))) {
      sent += 1;
    }
    reactor.endTurn();
  };
  fill();
  for await (using batch of control) {
    for (const message of batch) {
      if (message.text() !== `${received} `.repeat(received % 40)) t.fail(`message ${received}`);
      received += 1;
    }
    batch[Symbol.dispose]();
    if (received === total) break;
    fill();
  }
  t.is(received, total);
});

test('one reader at a time', async (t) => {
  const { control } = startSample();
  const stop = control.onBatch(() => undefined);
  t.throws(() => control[Symbol.asyncIterator](), { code: 'LOOM6007' });
  t.throws(() => control.onBatch(() => undefined), { code: 'LOOM6007' });
  stop();
  const iterator = control[Symbol.asyncIterator]();
  t.throws(() => control.onBatch(() => undefined), { code: 'LOOM6007' });
  await iterator.return?.();
  t.notThrows(() => control.onBatch(() => undefined));
});

test('the end of the program ends loops after what is there, and closes connections', async (t) => {
  const { reactor, control, market } = startSample();
  const lines = transcriptOf(control);
  reactor.open(serverFd, 0, 1, 0);
  reactor.deliver(serverFd, data, 0, 1, 'last words');
  const idle = market[Symbol.asyncIterator]().next();
  reactor.link.end();
  t.deepEqual(await idle, { done: true, value: undefined });
  for await (using batch of control) for (const message of batch) lines.push(message.text());
  t.deepEqual(lines, ['open 0', 'close 0 stopped -', 'last words']);
});

test('what an fd did is counted for it alone', async (t) => {
  const { reactor, control, market } = startSample();
  control.onBatch((batch) => {
    for (const { connection } of batch) connection.send('four');
  });
  reactor.open(serverFd, 0, 1, 0);
  reactor.open(serverFd, 1, 1, 0);
  reactor.deliver(serverFd, data, 0, 1, 'hello');
  reactor.deliver(serverFd, data, 1, 1, 'you');
  reactor.deliverBytes(serverFd, close, 1, 1, new Uint8Array(8));
  reactor.deliverBytes(clientFd, close, 0, 3, new Uint8Array(8));
  reactor.link.pump();
  await nextTurn();
  const none = { opened: 0, closed: 0, messages: 0, bytes: 0, sent: 0, sentBytes: 0, refused: 0 };
  t.deepEqual({ ...market.stats }, { ...none, failedAttempts: 1 });
  const seen = { opened: 2, closed: 1, messages: 2, bytes: 8 };
  t.deepEqual({ ...control.stats }, { ...none, ...seen, sent: 1, sentBytes: 4, failedAttempts: 0 });
  const [connection] = [...control.connections()];
  while (connection?.send('x'.repeat(200)));
  t.is(control.stats.refused, 1);
  reactor.link.end();
  t.is(control.stats.closed, 2);
});
