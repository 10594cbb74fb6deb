// An exchange's market data over five sockets, decoded and kept as an order book on one reactor;
// JavaScript sees the top of the book, what went wrong, and the result at the end.
import {
  channel,
  chars,
  conflate,
  decimal,
  defineLoom,
  doc,
  enumeration,
  line,
  struct,
  tcp,
  u32,
  u64,
  unix,
} from 'loomgen';

// What the exchange writes with eight decimals stays exact: no price is ever a double.
const amount = decimal(8);
const state = enumeration(['waiting', 'primed', 'live'], {
  name: 'SyncState',
  doc: 'Whether the book is without a snapshot, at one, or follows the diffs.',
});

export default defineLoom({
  name: 'orderbook',
  out: '../../generated/orderbook',
  reactors: { md: { core: 'any', wait: { spin: '50us' } } },
  messages: {
    Top: struct(
      {
        sequence: doc(u64, 'Id of the last update in the book.'),
        bid: amount,
        bidQuantity: amount,
        ask: amount,
        askQuantity: amount,
        messages: doc(u64, 'Lines that came in before.'),
        state,
      },
      { doc: 'The best of both sides, whenever one of them changes.' },
    ),
    Flow: struct(
      {
        stream: enumeration(['depth', 'ticker', 'trade', 'snapshot'], { name: 'Stream' }),
        messages: doc(u64, 'Lines of it that came in.'),
      },
      { doc: 'How far one of the streams is, every 64 lines and at the end.' },
    ),
    BookLevel: struct(
      {
        side: enumeration(['bid', 'ask'], { name: 'Side' }),
        depth: doc(u32, 'From 0, the best.'),
        price: amount,
        quantity: amount,
      },
      { doc: 'One of the ten best levels of a side, at the end.' },
    ),
    Summary: struct({
      symbol: doc(chars(24), 'The instrument, as the exchange names it.'),
      depth: u64,
      tickers: u64,
      trades: u64,
      snapshots: u64,
      payloadBytes: u64,
      largestPayload: u64,
      invalid: u64,
      firstError: u32,
      brokenConnections: u32,
      disordered: u64,
      crossed: u64,
      gaps: u64,
      diffs: struct({
        applied: u64,
        ignored: doc(u64, 'Older than their snapshot.'),
        lost: doc(u64, 'That no snapshot can join, or without room.'),
        pauses: doc(u64, 'Times they were left in their socket.'),
        pendingHighWater: doc(u32, 'The most that waited for a snapshot.'),
      }),
      snapshot: struct({
        id: doc(u64, 'Of the one in the book.'),
        used: u64,
        stale: u64,
      }),
      state,
      bookId: u64,
      bidLevels: u32,
      askLevels: u32,
      overflows: u64,
      elapsedNanoseconds: u64,
      latency: struct(
        { p50: u64, p99: u64, p999: u64, maximum: u64 },
        { doc: 'Nanoseconds from the loop taking the bytes to the handler being done.' },
      ),
    }),
  },
  fds: {
    // depth, bookTicker, buys and sells: a connection each. The session ends with the exchange's
    // FIN, so there is nothing to connect to again; nothing is ever written.
    market: tcp('127.0.0.1:9000', {
      on: 'md',
      handler: 'Book',
      framing: line({ maximum: '256K' }),
      connections: 4,
      reconnect: false,
      writeQueue: '4K',
    }),
    snapshot: unix('/tmp/loom-orderbook.sock', {
      on: 'md',
      handler: 'Book',
      framing: line({ maximum: '256K' }),
      reconnect: false,
      writeQueue: '4K',
    }),
  },
  channels: {
    // A slow terminal skips tops; it must not skip what is published once, so those have room.
    top: channel({ from: 'md', to: 'js', message: 'Top', capacity: 1024, full: 'conflate' }),
    // Of each stream only the newest count is of interest, so that is all that ever waits.
    flow: channel({
      from: 'md',
      to: 'js',
      message: 'Flow',
      capacity: 8,
      full: conflate({ key: 'stream' }),
    }),
    level: channel({
      from: 'md',
      to: 'js',
      message: 'BookLevel',
      capacity: 32,
      full: 'drop-newest',
    }),
    summary: channel({ from: 'md', to: 'js', message: 'Summary', capacity: 2, full: 'conflate' }),
  },
  handlers: './orderbook.hpp',
  native: { pkgConfig: ['simdjson'] },
  // What `loomgen build --trace` shows: docs/PROFILING.md.
  trace: {
    sources: ['*.hpp'],
    typescript: ['*.ts'],
    exclude: ['loom.config.ts', 'decimal.hpp'],
    minimumBodyLines: 3,
    colours: { market: 0x88c0d0 },
  },
});
