/** Calls from JavaScript against a reactor that is simulated: what is written, and every end. */
import test from 'ava';
import type { ReactorDescriptor } from '../../templates/bindings/descriptor.ts';
import { MessageView } from '../../templates/bindings/message_view.ts';
import { checkedWhole, MessageWriter } from '../../templates/bindings/message_writer.ts';
import type { Call } from '../../templates/bindings/call.ts';
import { eventually, SimulatedReactor } from './simulated_reactor.ts';

class AskWriter extends MessageWriter {
  set id(value: bigint | number) {
    this.$setU64(this.$at, value, 'Ask.id');
  }
  set count(value: number) {
    this.$view.setUint32(this.$at + 8, checkedWhole(value, 0, 9, 'Ask.count'), true);
  }
  clear(): void {
    this.$clear(16);
  }
}

class Answer extends MessageView<{ id: bigint }> {
  toObject(): { id: bigint } {
    return { id: this.$view.getBigUint64(this.$at, true) };
  }
}

const count = 4;
const requestsOffset = 1024 + 2 * (128 + 4096);
const arenaOffset = 12288;
const replyOffset = 16;
const descriptor: ReactorDescriptor = {
  name: 'main',
  sharedBytes: arenaOffset + 4096,
  delivery: { offset: 1024, bytes: 4096 },
  inbox: { offset: 1024 + 128 + 4096, bytes: 4096 },
  requests: { count, offset: requestsOffset, entries: 4 * count, arenaOffset, arenaBytes: 4096 },
  calls: [{ name: 'ask', index: 3, replyOffset, bytes: 300, writer: AskWriter, reader: Answer }],
  fds: [],
  channels: [],
  posts: [],
  passing: [],
};

interface Entry {
  kind: number;
  call: number;
  number: number;
  generation: number;
  /** Of the request, in the shared block. */
  at: number;
  bytes: number;
}

/** The reactor's side. */
class Answerer {
  readonly reactor = new SimulatedReactor(descriptor);
  readonly call = this.reactor.link.calls[0] as unknown as Call<
    AskWriter,
    { id: bigint; count?: number },
    { id: bigint }
  >;
  readonly view = new DataView(this.reactor.memory);
  #head = 0;

  /** The oldest entry that was not taken. */
  take(): Entry | undefined {
    if (this.view.getInt32(requestsOffset, true) === this.#head) return undefined;
    const at = requestsOffset + 128 + (this.#head % (4 * count)) * 64;
    this.#head += 1;
    return {
      kind: this.view.getUint16(at, true),
      call: this.view.getUint16(at + 2, true),
      number: this.view.getInt32(at + 4, true),
      generation: this.view.getInt32(at + 8, true),
      at: arenaOffset + this.view.getInt32(at + 12, true),
      bytes: this.view.getInt32(at + 16, true),
    };
  }

  /** Tells what a call came to. */
  complete({ number, generation }: Entry, systemError: number, value = 0): void {
    const payload = new Uint8Array(new Int32Array([systemError, 0, value, 0]).buffer);
    this.reactor.deliverBytes(0, 7, number, generation, payload);
    this.reactor.endTurn();
  }

  /** Replies to a call. */
  answer(entry: Entry, id: bigint): void {
    this.view.setBigUint64(entry.at + replyOffset, id, true);
    this.complete(entry, 0);
  }

  /** Says that the function threw. */
  throws(entry: Entry, what: string): void {
    const bytes = new TextEncoder().encode(what);
    new Uint8Array(this.reactor.memory, entry.at + replyOffset).set(bytes);
    this.complete(entry, -1, bytes.length);
  }
}

test('a request is written where it is read, and the reply is a plain object', async (t) => {
  const answerer = new Answerer();
  const { call, view } = answerer;
  const plain = call.call({ id: 2n ** 63n, count: 7 });
  const first = answerer.take() as Entry;
  t.like(first, { kind: 9, call: 3, bytes: 300 });
  t.is(view.getBigUint64(first.at, true), 2n ** 63n);
  t.is(view.getUint32(first.at + 8, true), 7);
  const filled = call.call((ask) => {
    ask.id = 5;
  });
  const second = answerer.take() as Entry;
  t.is(view.getBigUint64(second.at, true), 5n);
  answerer.answer(second, 50n);
  answerer.answer(first, 2n ** 64n - 1n);
  t.deepEqual(await plain, { id: 2n ** 64n - 1n });
  t.deepEqual(await filled, { id: 50n });
  // The same memory again: what was there before is gone.
  void call.call({ id: 1n });
  t.is(view.getUint32((answerer.take() as Entry).at + 8, true), 0);
});

test('what a field cannot hold is refused, and takes no place', async (t) => {
  const { call } = new Answerer();
  const refused = { code: 'LOOM6020' };
  for (let n = 0; n < 2 * count; n += 1) {
    await t.throwsAsync(call.call({ id: 1n, count: 10 }), refused);
    await t.throwsAsync(call.call({ id: 1n, size: 3 } as never), { message: /calls\.ask\.size/ });
    await t.throwsAsync(call.call({ id: [1n] } as never), refused);
    await t.throwsAsync(call.call({ id: { low: 1 } } as never), refused);
    await t.throwsAsync(call.call({ id: 1n, clear: 3 } as never), refused);
    await t.throwsAsync(call.call({ id: 1n, $at: 3 } as never), refused);
  }
  const own = new Error('own');
  t.is(
    await t.throwsAsync(
      call.call(() => {
        throw own;
      }),
    ),
    own,
  );
  t.false(call.isFull);
});

test('what a function throws names the call', async (t) => {
  const answerer = new Answerer();
  const asked = answerer.call.call({ id: 1n });
  answerer.throws(answerer.take() as Entry, 'no such symbol: Ärger');
  const error = await t.throwsAsync(asked);
  t.like(error, {
    name: 'LoomError',
    code: 'LOOM6046',
    call: 'ask',
    fd: undefined,
    errno: undefined,
    message: 'calls.ask: the function threw: no such symbol: Ärger',
  });
});

test('as many as can be are on their way; the next is refused', async (t) => {
  const answerer = new Answerer();
  const { call } = answerer;
  const asked = Array.from({ length: count }, (_, n) => call.call({ id: BigInt(n) }));
  t.true(call.isFull);
  await t.throwsAsync(call.call({ id: 9n }), { code: 'LOOM6040', message: /^calls\.ask: / });
  const { writable } = call;
  for (const _ of asked) answerer.answer(answerer.take() as Entry, 1n);
  await writable;
  t.is((await Promise.all(asked)).length, count);
});

test('a signal ends a call at once, which keeps its place until it is done', async (t) => {
  const answerer = new Answerer();
  const { call } = answerer;
  const controller = new AbortController();
  const { signal } = controller;
  const asked = Array.from({ length: count }, () => call.call({ id: 1n }, { signal }));
  const entries = asked.map(() => answerer.take() as Entry);
  controller.abort('enough');
  const ends = await Promise.allSettled(asked);
  t.true(ends.every((end) => end.status === 'rejected' && end.reason === 'enough'));
  t.true(call.isFull, 'the functions may still write their replies');
  for (const { number, generation } of entries) {
    t.like(answerer.take(), { kind: 1, number, generation });
  }
  for (const entry of entries.slice(1)) answerer.complete(entry, 125);
  answerer.answer(entries[0] as Entry, 3n);
  await eventually(() => !call.isFull, 'room');
  t.is(await t.throwsAsync(call.call({ id: 1n }, { signal }), { any: true }), 'enough' as never);
});

test('calls that the program leaves undone are rejected', async (t) => {
  const answerer = new Answerer();
  const asked = answerer.call.call({ id: 1n });
  const other = answerer.call.call({ id: 2n });
  answerer.complete(answerer.take() as Entry, 125);
  await t.throwsAsync(asked, { code: 'LOOM6043', message: /^calls\.ask: / });
  answerer.reactor.link.end();
  await t.throwsAsync(other, { code: 'LOOM6043' });
  await t.throwsAsync(answerer.call.call({ id: 3n }), { code: 'LOOM6043' });
});
