/**
 * Reads the feed with an emitted program: its channel where it has one, else the messages of its
 * stream. Arguments: the emitted module, the address as tcp:IP:PORT, the reactor's core or `any`,
 * or `this` where JavaScript's own thread turns it, what JavaScript does while nothing comes
 * (`spin`, `wake`, or how many turns it looks), and the times of a FeedMeter.
 */

import { readdirSync, readFileSync, writeSync } from 'node:fs';
import type { Channel } from '../../../../templates/bindings/channel.ts';
import type { MessageView } from '../../../../templates/bindings/message_view.ts';
import type { OpenOptions, Program } from '../../../../templates/bindings/open.ts';
import type { JavaScriptWait } from '../../../../templates/bindings/reactor.ts';
import type { Stream } from '../../../../templates/bindings/stream.ts';
import { FeedMeter } from './feed_meter.ts';

/** A message of the channel. */
interface Quote extends MessageView<object> {
  readonly stampLow: number;
  readonly stampHigh: number;
  readonly number: number;
}

/** The emitted module. */
interface FeedModule {
  open(
    options?: OpenOptions<'main', 'feed'>,
  ): Promise<Program<'main'> & { readonly feed: Stream; readonly quotes?: Channel<Quote> }>;
}

/** As the command line has it. */
function waitOf(text: string): JavaScriptWait {
  return text === 'spin' || text === 'wake' ? text : { idleTurns: Number(text) };
}

const [module = '', address = '', core = 'any', wait = '', ...times] = process.argv.slice(2);
const { open } = (await import(module)) as FeedModule;
const meter = new FeedMeter(times);
const ownCore = { cores: { main: core === 'any' ? ('any' as const) : Number(core) } };
const { feed, quotes } = await open({
  ...(core === 'this' ? { thread: 'this' } : ownCore),
  addresses: { feed: address.replace('tcp:', '') },
  wait: waitOf(wait),
  log: (line) => process.stderr.write(`${line}\n`),
});

const threadOf = (task: string): string => readFileSync(`/proc/self/task/${task}/comm`, 'utf8');
if (core === 'this' && readdirSync('/proc/self/task').some((n) => threadOf(n) === 'feed:main\n')) {
  throw new Error("the reactor has a thread, although JavaScript's was to turn it");
}

/** After each batch; ends the process once the time is over. */
function look(): void {
  const result = meter.look();
  if (result === undefined) return;
  writeSync(1, `${JSON.stringify(result)}\n`);
  process.exit();
}

if (quotes === undefined) {
  feed.onBatch((batch) => {
    for (const { view, byteOffset } of batch) {
      meter.take(
        view.getUint32(byteOffset + 8, true),
        view.getUint32(byteOffset, true),
        view.getUint32(byteOffset + 4, true),
      );
    }
    look();
  });
} else {
  quotes.onBatch((batch) => {
    for (const quote of batch) meter.take(quote.number, quote.stampLow, quote.stampHigh);
    look();
  });
}
