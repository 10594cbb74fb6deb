/**
 * Reads the channel of channel.config.ts and one word of each message. Arguments: the emitted
 * module, the reactor's core or `any`, and the times of a Meter.
 */

import type { Channel } from '../../../templates/bindings/channel.ts';
import type { MessageView } from '../../../templates/bindings/message_view.ts';
import type { OpenOptions, Program } from '../../../templates/bindings/open.ts';
import { Meter } from './meter.ts';

/** The emitted module. */
interface QuotesModule {
  open(options?: OpenOptions<'main', never>): Promise<
    Program<'main'> & {
      readonly quotes: Channel<MessageView<object> & { readonly word0: number }>;
    }
  >;
}

const [module = '', core = 'any', ...times] = process.argv.slice(2);
const { open } = (await import(module)) as QuotesModule;
const program = await open({ cores: { main: core === 'any' ? 'any' : Number(core) } });
const meter = new Meter(times);
const end = program.quotes.onBatch((batch) => {
  let read = 0;
  for (const quote of batch) if (quote.word0 !== 0) read += 1;
  const result = meter.add(read);
  if (result === undefined) return;
  process.stdout.write(`${JSON.stringify(result)}\n`);
  end();
  void program.stop();
});
