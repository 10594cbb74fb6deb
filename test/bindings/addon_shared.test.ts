/** A channel in shared memory: another process writes it, and is stopped, killed, and replaced. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { MessageView } from '../../templates/bindings/message_view.ts';
import type { OpenOptions, Program } from '../../templates/bindings/open.ts';
import type { SharedChannel } from '../../templates/bindings/shared_channel.ts';
import { type Built, build, until } from './built_program.ts';

interface QuoteValue {
  sequence: bigint;
  price: bigint;
  size: number;
}
type Quote = MessageView<QuoteValue> & Readonly<QuoteValue>;

interface SharedModule {
  open(options?: OpenOptions<'main', never>): Promise<Program<'main'>>;
  openShared(name: 'quotes'): SharedChannel<Quote>;
}

const file = '/dev/shm/loom_bindings_shared_quotes';
let built: Built<SharedModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await build('test/bindings/shared/loom.config.ts', 'bindings_shared', 'debug');
});

/** Starts another process that writes. */
async function startWriter(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./shared_writer.ts', import.meta.url));
  const child = fork(script, [built.index], { execArgv: ['--import=tsx'] });
  await once(child, 'message');
  return child;
}

/** Reads until `enough` messages were seen; every one is whole and newer than the one before. */
async function readSome(channel: SharedChannel<Quote>, enough: number): Promise<string[]> {
  const wrong: string[] = [];
  let seen = 0;
  let last = 0n;
  await until(() => {
    for (const quote of channel.read()) {
      const { sequence, price, size } = quote;
      const isWhole = price === -3n * sequence && BigInt(size) === sequence;
      if (!isWhole || sequence <= last) wrong.push(`${last} ${sequence} ${price} ${size}`);
      last = sequence;
      seen += 1;
    }
    return seen >= enough;
  });
  return wrong;
}

test.serial('a reader of another process counts what it lost while it is lapped', async (t) => {
  t.timeout(60_000);
  const writer = await startWriter();
  t.is(statSync(file).mode & 0o777, 0o600);
  using channel = built.module.openShared('quotes');
  using second = built.module.openShared('quotes');
  t.true(channel.isLive);
  t.deepEqual(await readSome(channel, 2000), []);
  t.deepEqual(await readSome(second, 200), []);
  let last = 0n;
  await until(() => {
    for (const quote of channel.read()) last = quote.sequence;
    return channel.lost > 0;
  });
  writer.send('stop');
  await once(writer, 'exit');
  t.false(channel.isLive);
  for (const quote of channel.read()) last = quote.sequence;
  t.is(last, channel.written, 'the last message is read after the end');
  t.deepEqual([...channel.read()], []);
  t.false(existsSync(file), 'a writer that stops takes its file along');
  const absent = t.throws(() => built.module.openShared('quotes'), { code: 'LOOM6010' });
  t.like(absent, { channel: 'quotes', systemError: 'ENOENT', errno: -2 });
});

test.serial('a writer that is killed is seen, and the next one replaces its file', async (t) => {
  t.timeout(60_000);
  const killed = await startWriter();
  using channel = built.module.openShared('quotes');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  t.false(channel.isLive);
  t.true(existsSync(file), 'left behind');
  await using program = await built.module.open();
  using fresh = built.module.openShared('quotes');
  t.true(fresh.isLive);
  t.false(channel.isLive, 'the old file is not the new one');
  t.deepEqual(await readSome(fresh, 100), []);
  const error = await t.throwsAsync(built.module.open(), { code: 'LOOM5050' });
  t.regex(error?.message ?? '', /another process writes \/dev\/shm\/loom_bindings_shared_quotes/);
  t.is(program.name, 'bindings_shared');
});
