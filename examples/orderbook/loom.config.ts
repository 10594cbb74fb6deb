// An exchange's market data over five sockets, decoded and kept as an order book on one reactor;
// JavaScript sees the top of the book, what went wrong, and the result at the end.
import { channel, defineLoom, i64, line, struct, tcp, u32, u64, unix } from 'loomgen';

export default defineLoom({
  name: 'orderbook',
  out: '../../generated/orderbook',
  reactors: { md: { core: 'any', wait: { spin: '50us' } } },
  messages: {
    // Prices and quantities count 10^-8. `messages` is how many lines came in before.
    Top: struct({
      sequence: u64,
      bid: i64,
      bidQuantity: i64,
      ask: i64,
      askQuantity: i64,
      messages: u64,
      state: u32,
    }),
    Gap: struct({ expected: u64, received: u64 }),
    // One of the ten best levels of a side, at the end; side 0 is the bids, depth 0 the best.
    BookLevel: struct({ side: u32, depth: u32, price: i64, quantity: i64 }),
    Summary: struct({
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
      diffsApplied: u64,
      diffsIgnored: u64,
      diffsLost: u64,
      snapshotsUsed: u64,
      snapshotsStale: u64,
      pauses: u64,
      pendingHighWater: u32,
      state: u32,
      bookId: u64,
      snapshotId: u64,
      bidLevels: u32,
      askLevels: u32,
      overflows: u64,
      elapsedNanoseconds: u64,
      p50Nanoseconds: u64,
      p99Nanoseconds: u64,
      p999Nanoseconds: u64,
      maximumNanoseconds: u64,
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
    gap: channel({ from: 'md', to: 'js', message: 'Gap', capacity: 1024, full: 'drop-newest' }),
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
});
