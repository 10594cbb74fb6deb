/**
 * One run: an exchange in a process of its own, the generated reactor connected to it, and what
 * the C++ handler publishes collected until both are done.
 */
import {
  type BookLevelValue,
  type FlowValue,
  type Orderbook,
  open,
  type SummaryValue,
  type TopValue,
} from '../../generated/orderbook/bindings/index.ts';
import type { GapEvent } from '../../generated/orderbook/bindings/loom/program_events.ts';
import { ExchangeProcess } from './exchange_process.ts';
import type { ExchangeOptions } from './options.ts';
import { type BookResult, type PriceLevel, resultLevels } from './reference.ts';

/** What a run needs to know. */
export interface RunOptions extends ExchangeOptions {
  backend: 'io_uring' | 'epoll' | undefined;
  core: number | undefined;
}

/** A hole in the sequence of diffs: the U that should have come, and the U that did. */
export type Gap = Pick<GapEvent, 'expected' | 'received'>;

/** Of the exchange. */
export type StreamName = FlowValue['stream'];

/** What can be seen while it runs. */
export interface LiveState {
  backend: string;
  /** The newest top of the book. */
  top: TopValue | undefined;
  /** Messages that the reactor received so far. */
  messages: number;
  /** Of each stream. */
  flow: ReadonlyMap<StreamName, number>;
  /** Connections that are there now. */
  connections: number;
  gaps: readonly Gap[];
  /** The ids from which the book followed the diffs again. */
  resynced: readonly bigint[];
}

/** What came out. */
export interface RunOutcome {
  result: BookResult;
  summary: SummaryValue;
  gaps: readonly Gap[];
  resynced: readonly bigint[];
  /** Lines of each stream, and how many connections were made. */
  flow: Readonly<Partial<Record<StreamName, number>>>;
  connections: number;
  backend: { name: string; reason: string };
  allocationsAfterInit: number;
  /** System calls of the reactor's loop. */
  kernelEntries: number;
  /** Messages of the session that were sent; fewer than it has when it was interrupted. */
  messagesSent: number;
}

/** How long the handler may take to report once the exchange has closed everything. */
const reportMilliseconds = 5000;

/**
 * Plays a session through the native handler. `watch` is given the live state once, before the
 * first message; it may look at it whenever it likes. Aborting `signal` ends the session early,
 * with the figures so far.
 *
 * @throws the signal's reason when it was aborted before the first message.
 */
export async function run(
  options: RunOptions,
  signal: AbortSignal,
  watch: (state: LiveState) => void,
): Promise<RunOutcome> {
  using exchange = new ExchangeProcess(options);
  const { market, snapshot } = await exchange.listening;
  await using feed = await open({
    addresses: { market, snapshot },
    ...(options.backend === undefined ? {} : { backend: options.backend }),
    ...(options.core === undefined ? {} : { cores: { md: options.core } }),
  });
  signal.throwIfAborted();
  const collected = collect(feed, watch);
  // Nobody waits for it when the exchange fails or nothing was played.
  collected.catch(() => {});
  const stop = () => exchange.stop();
  signal.addEventListener('abort', stop, { once: true });
  const { messages } = await exchange.finished;
  signal.removeEventListener('abort', stop);
  // No connection ends, so the handler has nothing to report.
  if (messages === 0) signal.throwIfAborted();
  const { summary, levels, seen } = await within(reportMilliseconds, collected);
  return {
    result: bookResult(summary, levels),
    summary,
    gaps: seen.gaps,
    resynced: seen.resynced,
    flow: Object.fromEntries(seen.flow),
    connections: seen.ups,
    backend: feed.backend.md,
    allocationsAfterInit: Number(feed.stats.md.allocationsAfterInit),
    kernelEntries: Number(feed.stats.md.kernelEntries),
    messagesSent: messages,
  };
}

interface SideLevel {
  side: BookLevelValue['side'];
  level: PriceLevel;
}

/** What events and the channel of counts said. */
class Seen {
  readonly flow = new Map<StreamName, number>();
  readonly gaps: Gap[] = [];
  readonly resynced: bigint[] = [];
  ups = 0;
  downs = 0;

  /** Listens to `feed`. */
  constructor(feed: Orderbook) {
    feed.on('up', () => {
      this.ups += 1;
    });
    feed.on('down', () => {
      this.downs += 1;
    });
    feed.on('gap', ({ expected, received }) => this.gaps.push({ expected, received }));
    feed.on('resynced', ({ at }) => this.resynced.push(at));
    feed.flow.onBatch((batch) => {
      for (const { stream, messages } of batch) this.flow.set(stream, Number(messages));
    });
  }

  /** Whether all that the handler told before its summary has come. */
  isAt({ depth, tickers, trades, snapshots, gaps }: SummaryValue): boolean {
    const lines = [...this.flow.values()].reduce((sum, count) => sum + count, 0);
    const all = Number(depth + tickers + trades + snapshots);
    return lines === all && this.gaps.length === Number(gaps);
  }
}

/** Reads all channels until the summary is there, and what was told before it. */
async function collect(feed: Orderbook, watch: (state: LiveState) => void) {
  const seen = new Seen(feed);
  let isOver = false;
  void feed.stopped.then(() => {
    isOver = true;
  });
  const state: LiveState = {
    backend: feed.backend.md.name,
    top: undefined,
    get messages() {
      return Number(feed.stats.md.messagesReceived);
    },
    get connections() {
      return seen.ups - seen.downs;
    },
    flow: seen.flow,
    gaps: seen.gaps,
    resynced: seen.resynced,
  };
  watch(state);
  feed.top.onBatch((batch) => {
    for (const top of batch) state.top = top.toObject();
  });
  for await (using batch of feed.summary) {
    for (const view of batch) {
      const summary = view.toObject();
      const levels = await readLevels(feed, summary);
      // Each channel and the events have a ring of their own; bound: the program, which `run` ends.
      while (!seen.isAt(summary) && !isOver) await new Promise(setImmediate);
      return { summary, levels, seen };
    }
  }
  throw new Error('the reactor stopped before the handler reported');
}

/** The final levels; the handler published them before the summary that says how many there are. */
async function readLevels(feed: Orderbook, summary: SummaryValue): Promise<SideLevel[]> {
  const levels: SideLevel[] = [];
  const published =
    Math.min(summary.bidLevels, resultLevels) + Math.min(summary.askLevels, resultLevels);
  if (published === 0) return levels;
  for await (using batch of feed.level) {
    for (const level of batch) {
      levels.push({ side: level.side, level: [level.priceText(), level.quantityText()] });
    }
    if (levels.length >= published) break;
  }
  return levels;
}

/** What the handler found, in the reference's terms. */
function bookResult(summary: SummaryValue, levels: SideLevel[]): BookResult {
  const side = (wanted: SideLevel['side']) =>
    levels.filter((entry) => entry.side === wanted).map((entry) => entry.level);
  return {
    depth: Number(summary.depth),
    tickers: Number(summary.tickers),
    trades: Number(summary.trades),
    snapshots: Number(summary.snapshots),
    payloadBytes: Number(summary.payloadBytes),
    largestPayload: Number(summary.largestPayload),
    gaps: Number(summary.gaps),
    diffsApplied: Number(summary.diffs.applied),
    live: summary.state === 'live',
    bookId: summary.bookId,
    snapshotId: summary.snapshot.id,
    bidLevels: summary.bidLevels,
    askLevels: summary.askLevels,
    bids: side('bid'),
    asks: side('ask'),
  };
}

async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the handler did not report within ${milliseconds} ms of the last FIN`));
    }, milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
