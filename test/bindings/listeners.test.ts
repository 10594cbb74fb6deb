/** What listeners and readers may do wrong, timers, and the warning about an unread stream. */
import test from 'ava';
import { ringBytes, serverFd, startSample, timerFd } from './sample_program.ts';
import { nextTurn } from './simulated_reactor.ts';

const data = 2;
const tick = 5;

test('an exception of a listener is an uncaught exception and loses nothing', async (t) => {
  const { reactor, control } = startSample();
  const errors: unknown[] = [];
  const previous = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => errors.push(error));
  const lines: string[] = [];
  control.on('open', () => lines.push('open'));
  control.on('open', () => {
    throw new Error('from a listener');
  });
  control.onBatch((batch) => {
    for (const message of batch) lines.push(message.text());
    throw new Error('from a callback');
  });
  reactor.open(serverFd, 0, 1, 0);
  reactor.deliver(serverFd, data, 0, 1, 'hello');
  await nextTurn();
  await nextTurn();
  process.removeAllListeners('uncaughtException');
  for (const listener of previous) process.on('uncaughtException', listener);
  t.deepEqual(errors.map(String), [
    "LoomError: sample, fds.control: a listener of its 'open' event threw Error: from a listener",
    'LoomError: sample, fds.control: its onBatch() callback threw Error: from a callback',
  ]);
  t.like(errors[0], { code: 'LOOM6031', fd: 'control' });
  t.like((errors[0] as Error).cause, { message: 'from a listener' });
  t.deepEqual(lines, ['open', 'hello']);
  t.is(reactor.delivery.head, reactor.delivery.tail);
});

test('ticks are counted, and need no more than a listener', async (t) => {
  const { reactor, clock } = startSample();
  const ticks: number[] = [];
  const stop = clock.on('tick', (expirations) => ticks.push(expirations));
  const payload = new Uint8Array(8);
  payload[0] = 3;
  reactor.deliverBytes(timerFd, tick, 0, 0, payload);
  await nextTurn();
  t.deepEqual(ticks, [3]);
  t.is(reactor.delivery.head, reactor.delivery.tail);
  stop();
  reactor.deliverBytes(timerFd, tick, 0, 0, payload);
  reactor.endTurn();
  t.deepEqual(ticks, [3]);
});

test('a stream that nobody reads is named once it holds up the others', async (t) => {
  const { reactor } = startSample();
  const warnings: string[] = [];
  const note = (warning: Error & { code?: string }) =>
    warnings.push(`${warning.code} ${warning.message}`);
  process.on('warning', note);
  reactor.open(serverFd, 0, 1, 0);
  const text = 'x'.repeat(ringBytes / 16);
  for (let n = 0; n < 9; n += 1) reactor.deliver(serverFd, data, 0, 1, text);
  await nextTurn();
  reactor.deliver(serverFd, data, 0, 1, text);
  reactor.endTurn();
  await nextTurn();
  process.off('warning', note);
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /^LOOM6008 fds\.control receives data that nobody reads/);
});

test('unknown events are refused by name', (t) => {
  const { control, clock } = startSample();
  t.throws(() => control.on('data' as 'open', () => undefined), { message: /no event 'data'/ });
  t.throws(() => clock.on('data' as 'tick', () => undefined), {
    message: /clock has no event 'data'; it has 'tick'/,
  });
});
