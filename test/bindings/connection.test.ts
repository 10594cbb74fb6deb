/** Sending: records in the inbox, credit, refusal and its end, commands, the wake-up. */
import test from 'ava';
import type { Connection } from '../../templates/bindings/connection.ts';
import type { Stream } from '../../templates/bindings/stream.ts';
import {
  clientFd,
  ringBytes,
  type Sample,
  serverConnections,
  serverFd,
  startSample,
  writeQueueBytes,
} from './sample_program.ts';
import { eventually, nextTurn } from './simulated_reactor.ts';

const framingBytes = 4;
const drain = 3;
const close = 4;
const end = 6;
const closeCommand = 3;

/** The first connection that a stream opens. */
function opened(stream: Stream): Promise<Connection> {
  return new Promise((resolve) => {
    const stop = stream.on('open', (connection) => {
      stop();
      resolve(connection);
    });
  });
}

/** Opens connection 2 of the server. */
async function openServer(sample: Sample): Promise<Connection> {
  const connection = opened(sample.control);
  sample.reactor.open(serverFd, 2, 9, 0);
  return await connection;
}

/** Opens the client's connection. */
async function openClient(sample: Sample): Promise<Connection> {
  const connection = opened(sample.market);
  sample.reactor.open(clientFd, 0, 5, serverConnections);
  return await connection;
}

test('bytes and text arrive in the inbox as they are', async (t) => {
  const sample = startSample(2 ** 32 - 64);
  const connection = await openServer(sample);
  t.true(connection.send('grüße'));
  t.true(connection.send(new Uint8Array([1, 2, 3])));
  t.true(connection.send(''));
  const { inbox } = sample.reactor;
  const expected = { fd: serverFd, event: 2, slot: 2, generation: 9 };
  t.deepEqual(inbox.shift(), { ...expected, payload: new TextEncoder().encode('grüße') });
  t.deepEqual(inbox.shift(), { ...expected, payload: new Uint8Array([1, 2, 3]) });
  t.deepEqual(inbox.shift(), { ...expected, payload: new Uint8Array(0) });
  t.is(inbox.shift(), undefined);
});

test('commands arrive in order', async (t) => {
  const sample = startSample();
  const connection = await openServer(sample);
  connection.pauseReceiving();
  connection.resumeReceiving();
  connection.finish();
  connection.close();
  connection.abort();
  const events: (number | undefined)[] = [];
  for (let n = 0; n < 5; n += 1) events.push(sample.reactor.inbox.shift()?.event);
  t.deepEqual(events, [6, 7, 5, 3, 4]);
});

test('commands are never lost in a full inbox, and nothing overtakes them', async (t) => {
  const sample = startSample();
  const connection = await openServer(sample);
  const other = await openClient(sample);
  const commands = ringBytes / 16 + 40;
  for (let n = 0; n < commands; n += 1) {
    if (n % 2 === 0) connection.pauseReceiving();
    else connection.resumeReceiving();
  }
  t.false(other.send('no room behind the commands'));
  const events: number[] = [];
  for (let turn = 0; turn < 100 && events.length < commands; turn += 1) {
    for (let next = sample.reactor.inbox.shift(); next; next = sample.reactor.inbox.shift()) {
      events.push(next.event);
    }
    await nextTurn();
  }
  t.deepEqual(
    events,
    Array.from({ length: commands }, (_, n) => (n % 2 === 0 ? 6 : 7)),
  );
  await other.writable;
  t.true(other.send('now'));
});

test('credit is the write queue, framing included', async (t) => {
  const sample = startSample();
  const connection = await openServer(sample);
  const message = new Uint8Array(252);
  const fitting = writeQueueBytes / (message.length + framingBytes);
  for (let n = 0; n < fitting; n += 1) t.true(connection.send(message), `message ${n}`);
  t.false(connection.send(message));
  t.false(connection.send(''), 'not even the framing fits');
  t.true(sample.reactor.drained(2, 256), 'the refusal asked for a drain event');
  t.true(connection.send(message));
  t.false(connection.send(message));
});

test('writable is fulfilled when half of the queue is free, and drain is emitted', async (t) => {
  const sample = startSample();
  const connection = await openServer(sample);
  const drains: Connection[] = [];
  sample.control.on('drain', (each) => drains.push(each));
  await connection.writable;
  while (connection.send(new Uint8Array(60)));
  const { writable } = connection;
  t.is(writable, connection.writable, 'one promise for one refusal');
  let isWritable = false;
  void writable.then(() => {
    isWritable = true;
  });
  while (sample.reactor.inbox.shift());
  sample.reactor.drained(2, 256);
  sample.reactor.deliver(serverFd, drain, 2, 9);
  sample.reactor.endTurn();
  await nextTurn();
  t.false(isWritable, 'a quarter is not half');
  sample.reactor.drained(2, 256);
  sample.reactor.deliver(serverFd, drain, 2, 9);
  sample.reactor.endTurn();
  await writable;
  t.deepEqual(drains, [connection]);
  t.true(connection.send('again'));
});

test('a drain is noticed although unread messages fill the ring', async (t) => {
  const sample = startSample();
  const connection = await openServer(sample);
  while (sample.reactor.deliver(serverFd, 2, 2, 9, 'x'.repeat(200)));
  for await (using batch of sample.control) {
    for (const message of batch) {
      while (connection.send(message.bytes));
      // No drain event can be delivered: this batch holds the ring.
      t.false(sample.reactor.deliver(serverFd, drain, 2, 9, 'x'.repeat(200)));
      while (sample.reactor.inbox.shift());
      sample.reactor.drained(2, 5 * 204);
      await connection.writable;
      break;
    }
    break;
  }
  t.true(connection.send('went on'));
});

test('the end of a connection rejects writable, before its event if need be', async (t) => {
  const sample = startSample();
  const first = await openServer(sample);
  while (first.send(new Uint8Array(100)));
  const { writable } = first;
  sample.reactor.deliverBytes(serverFd, close, 2, 9, new Uint8Array([2, 0, 0, 0, 104, 0, 0, 0]));
  sample.reactor.endTurn();
  const expected = { code: 'LOOM6006', message: /fds\.control closed/ };
  t.like(await t.throwsAsync(writable, expected), { fd: 'control' });
  t.true(first.closed);
  t.false(first.send('gone'));
  await t.throwsAsync(first.writable, { code: 'LOOM6006' });

  const second = await openClient(sample);
  while (second.send(new Uint8Array(100)));
  const secondWritable = second.writable;
  // The slot is another connection's, but the ring had no room to say so.
  const words = new Int32Array(sample.reactor.memory);
  words[(768 + serverConnections * 16) / 4 + 2] = 0;
  await t.throwsAsync(secondWritable, { code: 'LOOM6006' });
  t.true(second.closed);
});

test('a message that could never be sent is an error with the limit', async (t) => {
  const sample = startSample();
  const framed = await openServer(sample);
  const raw = await openClient(sample);
  t.throws(() => framed.send(new Uint8Array(513)), {
    code: 'LOOM6005',
    message: /fds\.control cannot send a message of 513 bytes.*allow 512/,
  });
  t.throws(() => raw.send('x'.repeat(1025)), { code: 'LOOM6005', message: /allow 1024/ });
  t.true(framed.send(new Uint8Array(512)));
  t.true(raw.send('x'.repeat(1024)));
});

test('only a sleeping reactor is woken, once', async (t) => {
  const sample = startSample();
  const connection = await openServer(sample);
  connection.send('awake');
  t.is(sample.reactor.wakeUps, 0);
  sample.reactor.sleep();
  connection.send('asleep');
  t.is(sample.reactor.wakeUps, 1);
  connection.send('awake again');
  t.is(sample.reactor.wakeUps, 1);
  sample.reactor.sleep();
  connection.close();
  t.is(sample.reactor.wakeUps, 2);
});

test('a listener that is refused again is called again, later', async (t) => {
  const sample = startSample();
  const connection = await openServer(sample);
  const message = new Uint8Array(100);
  let drains = 0;
  sample.control.on('drain', () => {
    drains += 1;
    while (connection.send(message));
  });
  while (connection.send(message));
  for (let round = 1; round <= 5; round += 1) {
    while (sample.reactor.inbox.shift());
    sample.reactor.drained(2, 9 * 104);
    sample.reactor.deliver(serverFd, drain, 2, 9);
    sample.reactor.endTurn();
    await eventually(() => drains === round, `drain ${round}`);
    await nextTurn();
    t.is(drains, round);
  }
});

test('the end of a peer waits for an answer that was refused', async (t) => {
  const sample = startSample();
  const connection = await openServer(sample);
  const message = new Uint8Array(100);
  while (connection.send(message));
  sample.control.on('drain', () => t.true(connection.send('the last answer')));
  sample.reactor.deliver(serverFd, end, 2, 9);
  sample.reactor.endTurn();
  await nextTurn();
  for (let sent = sample.reactor.inbox.shift(); sent; sent = sample.reactor.inbox.shift()) {
    t.deepEqual([sent.event, sent.payload.length], [2, 100]);
  }
  sample.reactor.drained(2, 9 * 104);
  sample.reactor.deliver(serverFd, drain, 2, 9);
  sample.reactor.endTurn();
  const events: number[] = [];
  await eventually(() => {
    const next = sample.reactor.inbox.shift();
    if (next !== undefined) events.push(next.event);
    return events.length === 2;
  }, 'the answer and the end');
  t.deepEqual(events, [2, closeCommand]);
});

test('commands that wait hold refusals back, and both end when the inbox is taken', async (t) => {
  const sample = startSample();
  const connection = await openClient(sample);
  let drains = 0;
  sample.market.on('drain', () => {
    drains += 1;
    while (connection.send('x'));
  });
  for (let n = 0; n < ringBytes / 16 + 8; n += 1) connection.pauseReceiving();
  t.false(connection.send('x'));
  await nextTurn();
  t.is(drains, 0);
  while (sample.reactor.inbox.shift());
  await eventually(() => drains > 0, 'a drain');
});
