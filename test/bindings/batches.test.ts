/** Readers of a source: one answer at a time, ends by signal, and delivery that pauses. */
import test from 'ava';
import { clientFd, serverFd, startSample } from './sample_program.ts';
import { nextTurn } from './simulated_reactor.ts';

const data = 2;

/** A sample with an open connection of `control`, and what delivers a message to it. */
function startOpen() {
  const sample = startSample();
  sample.reactor.open(serverFd, 0, 1, 0);
  const say = (text: string) => {
    sample.reactor.deliver(serverFd, data, 0, 1, text);
    sample.reactor.link.pump();
  };
  return { ...sample, say };
}

const textsOf = (batch: Iterable<{ text(): string }>) =>
  Array.from(batch, (message) => message.text());

test('a second next() is refused, and the first still gets its batch', async (t) => {
  const { control, say } = startOpen();
  const batches = control.batches();
  const first = batches.next();
  const error = await t.throwsAsync(batches.next(), { code: 'LOOM6030' });
  t.like(error, { fd: 'control' });
  say('one');
  const { value } = await first;
  t.deepEqual(textsOf(value ?? []), ['one']);
  const third = batches.next();
  say('two');
  t.deepEqual(textsOf((await third).value ?? []), ['two'], 'the loop goes on');
});

test('return() can be called twice, ends a next() that waits, and lets another read', async (t) => {
  const { control, say } = startOpen();
  const batches = control.batches();
  const waiting = batches.next();
  t.like(await batches.return?.(), { done: true });
  t.like(await waiting, { done: true });
  t.like(await batches.return?.(), { done: true });
  const other = control.batches();
  say('for the other');
  t.like(await batches.next(), { done: true }, 'it stays over');
  t.deepEqual(textsOf((await other.next()).value ?? []), ['for the other']);
  t.like(await batches.return?.(), { done: true });
  t.throws(() => control.batches(), { code: 'LOOM6007' }, 'the other still reads');
});

test('a signal ends a loop with its reason, whether it waits or holds a batch', async (t) => {
  const { reactor, control, say } = startOpen();
  const reason = new Error('enough');
  const first = new AbortController();
  const waiting = control.batches({ signal: first.signal }).next();
  first.abort(reason);
  await t.throwsAsync(waiting, { is: reason });
  const second = new AbortController();
  const seen: string[] = [];
  say('held');
  await t.throwsAsync(
    async () => {
      for await (const batch of control.batches({ signal: second.signal })) {
        seen.push(...textsOf(batch));
        second.abort(reason);
      }
    },
    { is: reason },
  );
  t.deepEqual(seen, ['held']);
  t.is(reactor.delivery.head, reactor.delivery.tail, 'the batch was given back');
  t.throws(() => control.batches({ signal: second.signal }), { is: reason });
  control.onBatch(() => undefined);
});

test('a signal ends onBatch() and on(); one that is aborted already begins nothing', async (t) => {
  const { control, clock, say } = startOpen();
  const controller = new AbortController();
  const lines: string[] = [];
  const { signal } = controller;
  control.onBatch((batch) => lines.push(...textsOf(batch)), { signal });
  control.on('close', () => lines.push('close'), { signal });
  clock.on('tick', () => lines.push('tick'), { signal });
  say('before');
  controller.abort();
  say('after');
  control.on('drain', () => lines.push('drain'), { signal });
  control.onBatch(() => lines.push('never'), { signal });
  await nextTurn();
  t.deepEqual(lines, ['before']);
  t.deepEqual([control.$listeners.has('close'), control.$listeners.has('drain')], [false, false]);
  control.onBatch((batch) => lines.push(...textsOf(batch)));
  await nextTurn();
  t.deepEqual(lines, ['before', 'after'], 'what waited is the next reader’s');
});

test('once() tells of the next event, and ends with its signal and with the program', async (t) => {
  const { reactor, control } = startSample();
  const opened = control.once('open');
  reactor.open(serverFd, 2, 7, 0);
  reactor.link.pump();
  const [connection] = await opened;
  t.is(connection.index, 2);
  t.false(control.$listeners.has('open'));
  const reason = new Error('no longer');
  const controller = new AbortController();
  const aborted = control.once('open', { signal: controller.signal });
  controller.abort(reason);
  await t.throwsAsync(aborted, { is: reason });
  const drain = control.once('drain');
  reactor.link.end();
  await t.throwsAsync(drain, { code: 'LOOM6033', message: /sample, fds\.control.*'drain'/ });
  await t.throwsAsync(control.once('open'), { code: 'LOOM6033' });
});

test('pause() holds back batches and no socket; resume() gives what has come', async (t) => {
  const { reactor, control, say } = startOpen();
  const texts: string[][] = [];
  control.onBatch((batch) => texts.push(textsOf(batch)));
  control.pause();
  t.true(control.paused);
  say('one');
  say('two');
  await nextTurn();
  t.deepEqual(texts, []);
  t.is(reactor.inbox.shift(), undefined, 'the reactor was asked for nothing');
  t.not(reactor.delivery.head, reactor.delivery.tail, 'they wait in the ring');
  control.resume();
  await nextTurn();
  t.deepEqual(texts, [['one', 'two']]);
  t.is(reactor.delivery.head, reactor.delivery.tail);
});

test('a loop waits while its source is paused; the end of the program ends it', async (t) => {
  const { reactor, control, say } = startOpen();
  const batches = control.batches();
  control.pause();
  const next = batches.next();
  say('late');
  let answered = false;
  void next.then(() => {
    answered = true;
  });
  await nextTurn();
  t.false(answered);
  reactor.link.end();
  t.deepEqual(textsOf((await next).value ?? []), ['late']);
  t.like(await batches.next(), { done: true });
  control.pause();
  t.false(control.paused, 'nothing is left to pause');
});

test('other sources go on while one is paused', async (t) => {
  const { reactor, control, market } = startSample();
  reactor.open(serverFd, 0, 1, 0);
  reactor.open(clientFd, 0, 1, 4);
  const texts: string[] = [];
  control.onBatch((batch) => texts.push(...textsOf(batch)));
  market.onBatch((batch) => texts.push(...textsOf(batch)));
  control.pause();
  reactor.deliver(serverFd, data, 0, 1, 'held back');
  reactor.deliver(clientFd, data, 0, 1, 'goes on');
  reactor.link.pump();
  await nextTurn();
  t.deepEqual(texts, ['goes on']);
});

test('a loop that begins inside a callback waits for its batch to be given back', async (t) => {
  const { reactor, control, say } = startOpen();
  let next: Promise<IteratorResult<Iterable<{ text(): string }>, undefined>> | undefined;
  const off = control.onBatch((batch) => {
    off();
    reactor.deliver(serverFd, data, 0, 1, 'second');
    reactor.link.reader.refresh();
    next = control.batches().next();
    t.deepEqual(textsOf(batch), ['first']);
  });
  await nextTurn();
  say('first');
  reactor.link.pump();
  t.deepEqual(textsOf((await next)?.value ?? []), ['second']);
});

test('untilWritable() is ended by its signal, and the connection goes on', async (t) => {
  const { control, reactor } = startSample();
  const opened = control.once('open');
  reactor.open(serverFd, 0, 1, 0);
  reactor.link.pump();
  const [connection] = await opened;
  while (connection.send('x'.repeat(200)));
  const reason = new Error('too slow');
  const controller = new AbortController();
  const writable = connection.untilWritable({ signal: controller.signal });
  controller.abort(reason);
  await t.throwsAsync(writable, { is: reason });
  await t.throwsAsync(connection.untilWritable({ signal: controller.signal }), { is: reason });
  while (reactor.inbox.shift() !== undefined);
  reactor.drained(0, 1024);
  const open = connection.untilWritable();
  reactor.link.pump();
  await t.notThrowsAsync(open);
});
