/** Records with several messages, against a simulated reactor: each is a message of its own. */
import test from 'ava';
import { serverFd, startSample } from './sample_program.ts';
import { nextTurn } from './simulated_reactor.ts';

const data = 2;
const close = 4;
const run = 8;

/** Payload of a run: before each message its length, behind it padding to eight. */
function runOf(...texts: string[]): Uint8Array {
  const parts = texts.map((text) => {
    const bytes = new TextEncoder().encode(text);
    const part = new Uint8Array(8 + Math.ceil(bytes.length / 8) * 8).fill(0xee, 8);
    new DataView(part.buffer).setUint32(0, bytes.length, true);
    part.set(bytes, 8);
    return part;
  });
  return new Uint8Array(Buffer.concat(parts));
}

test('messages of a run come one by one, in their place among others', async (t) => {
  const { reactor, control } = startSample();
  reactor.open(serverFd, 0, 1, 0);
  reactor.open(serverFd, 1, 1, 0);
  reactor.deliver(serverFd, data, 0, 1, 'alone');
  reactor.deliverBytes(serverFd, run, 1, 1, runOf('one', '', 'exactly8', 'longer than eight'));
  reactor.deliverBytes(serverFd, close, 1, 1, new Uint8Array(8));
  reactor.deliverBytes(serverFd, run, 0, 1, runOf('five', 'six'));
  const seen: string[] = [];
  control.on('close', ({ index }) => seen.push(`close ${index}`));
  for await (using batch of control) {
    for (const message of batch) {
      const { connection, view, byteOffset, byteLength } = message;
      seen.push(`${connection.index} ${message.text()}`);
      t.deepEqual(message.copy(), new Uint8Array(Buffer.from(message.text())));
      t.is(byteLength, message.bytes.length);
      if (byteLength > 0) t.is(message.bytes[0], view.getUint8(byteOffset));
    }
    break;
  }
  t.deepEqual(seen, [
    ...['0 alone', '1 one', '1 ', '1 exactly8', '1 longer than eight'],
    ...['close 1', '0 five', '0 six'],
  ]);
});

test('a batch that is left within a run drops the rest of it, and tells events', async (t) => {
  const { reactor, control } = startSample();
  reactor.open(serverFd, 0, 1, 0);
  const seen: string[] = [];
  control.on('close', () => seen.push('close'));
  reactor.deliverBytes(serverFd, run, 0, 1, runOf('a', 'b', 'c'));
  reactor.deliverBytes(serverFd, run, 0, 1, runOf('d', 'e'));
  reactor.deliverBytes(serverFd, close, 0, 1, new Uint8Array(8));
  const iterator = control[Symbol.asyncIterator]();
  const { value: batch } = await iterator.next();
  for (const message of batch ?? []) {
    seen.push(message.text());
    if (message.text() === 'b') break;
  }
  batch?.[Symbol.dispose]();
  t.deepEqual([...(batch ?? [])], []);
  t.deepEqual(seen, ['a', 'b', 'close']);
  t.is(reactor.delivery.head, reactor.delivery.tail, 'its memory went back');
  reactor.open(serverFd, 0, 2, 0);
  reactor.deliverBytes(serverFd, run, 0, 2, runOf('next'));
  await nextTurn();
  const { value: second } = await iterator.next();
  for (const message of second ?? []) seen.push(message.text());
  t.deepEqual(seen, ['a', 'b', 'close', 'next']);
  await iterator.return?.();
});
