/**
 * Reads a session with the addon of examples/orderbook: its handler keeps the book, and JavaScript
 * reads every top of it, as the demo does. Arguments: the emitted module, the addresses of the
 * exchange, TCP and unix, and the messages of the warm-up.
 */

import type { SummaryValue, TopValue } from '../../../../generated/orderbook/bindings/index.ts';
import { CpuMeter, type Outcome } from './outcome.ts';

type OrderbookModule = typeof import('../../../../generated/orderbook/bindings/index.ts');

/** Far less than the pause after the warm-up. */
const lookMilliseconds = 20;

const [module = '', market = '', snapshot = '', warmup = '0'] = process.argv.slice(2);
const { open } = (await import(module)) as OrderbookModule;
const meter = new CpuMeter(Number(warmup));
meter.look(0);
const feed = await open({ addresses: { market, snapshot } });
const received = (): number => Number(feed.stats.md.messagesReceived);
let top: TopValue | undefined;
feed.top.onBatch((batch) => {
  for (const newest of batch) top = newest.toObject();
});
// In the pause after the warm-up no top comes.
const looking = setInterval(() => {
  meter.look(received());
  if (meter.hasBegun) clearInterval(looking);
}, lookMilliseconds);

/** The end of the session, as the handler reports it. */
async function ended(): Promise<SummaryValue> {
  for await (using batch of feed.summary) for (const summary of batch) return summary.toObject();
  throw new Error('the reactor stopped before the handler reported');
}

const summary = await ended();
const measured = meter.end(received());
clearInterval(looking);
// A top that waited for room has come by the time the reactor has ended.
await feed.stop();
const outcome: Outcome = {
  messages: Number(summary.depth + summary.tickers + summary.trades + summary.snapshots),
  ...{ bid: Number(top?.bid ?? 0), bidQuantity: Number(top?.bidQuantity ?? 0) },
  ...{ ask: Number(top?.ask ?? 0), askQuantity: Number(top?.askQuantity ?? 0) },
  ...{ bidLevels: summary.bidLevels, askLevels: summary.askLevels },
  id: Number(summary.bookId),
  ...measured,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
