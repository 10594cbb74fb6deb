/**
 * Type tests of `defineLoom`: `tsc` checks this file, and each `@ts-expect-error` line fails the
 * type check when the mistake under it stops being a type error. Nothing runs it.
 */
import {
  call,
  channel,
  conflate,
  decimal,
  defineLoom,
  file,
  i64,
  lengthPrefixed,
  line,
  pool,
  raw,
  struct,
  tcp,
  tcpServer,
  timer,
  u16,
  u64,
  unix,
  unixServer,
} from '../../generator/define.ts';

const messages = { Top: struct({ symbol: u16, bid: i64, ask: i64, sequence: u64 }) };

/** Everything that is allowed, in one config. */
export const whole = defineLoom({
  name: 'feed',
  out: './generated',
  backends: { linux: ['io_uring', 'epoll'] },
  reactors: { md: { core: 2, wait: 'spin', inbox: '256K' }, ctl: { wait: { spin: '20us' } } },
  stacks: { small: { bytes: '16K', count: 32 } },
  messages,
  fds: {
    market: tcp('127.0.0.1:9000', {
      on: 'md',
      handler: 'Book',
      framing: line({ maximum: '256K' }),
      connections: 4,
      reconnect: { initial: '100ms' },
      style: { fiber: 'small' },
    }),
    local: unix('/tmp/x.sock', { on: 'ctl', reconnect: false, style: 'callback' }),
    control: tcpServer('[::1]:9001', { on: 'ctl', full: 'refuse', framing: raw() }),
    admin: unixServer('/tmp/y.sock', {
      on: 'md',
      mode: 0o600,
      framing: lengthPrefixed('u32le', { maximum: '1M' }),
    }),
    stats: timer({ on: 'md', every: '1s', handler: 'Stats' }),
  },
  channels: {
    top: channel({ from: 'md', to: 'js', message: 'Top', capacity: 4096, full: 'conflate' }),
  },
  pools: { crunch: pool({ threads: 2 }) },
  calls: {
    price: call({ on: 'md', pool: 'crunch', request: 'Top', reply: 'Top', handler: 'Pricing' }),
  },
  handlers: './feed.hpp',
  native: { pkgConfig: ['simdjson'] },
});

/** No stacks, no messages, no channels. */
export const small = defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }) },
});

defineLoom({
  name: 'wrong_call',
  reactors: { md: {} },
  messages,
  fds: { tick: timer({ on: 'md', every: '1s' }) },
  pools: { crunch: pool() },
  calls: {
    // @ts-expect-error: no such reactor
    one: call({ on: 'mdx', pool: 'crunch', request: 'Top', reply: 'Top', handler: 'Pricing' }),
    // @ts-expect-error: no such pool
    two: call({ on: 'md', pool: 'crush', request: 'Top', reply: 'Top', handler: 'Pricing' }),
    // @ts-expect-error: no such message
    three: call({ on: 'md', pool: 'crunch', request: 'Tip', reply: 'Top', handler: 'Pricing' }),
    // @ts-expect-error: somebody answers
    four: call({ on: 'md', pool: 'crunch', request: 'Top', reply: 'Top' }),
  },
});

defineLoom({
  name: 'wrong_reactor',
  reactors: { md: {} },
  fds: {
    // @ts-expect-error: no such reactor
    market: tcp('127.0.0.1:9000', { on: 'mdx' }),
    // @ts-expect-error: no such reactor
    tick: timer({ on: 'mdx', every: '1s' }),
  },
});

defineLoom({
  name: 'wrong_handler',
  reactors: { md: {} },
  fds: {
    // @ts-expect-error: a C++ struct begins with a capital
    market: tcp('127.0.0.1:9000', { on: 'md', handler: 'book' }),
    // @ts-expect-error: a C++ struct begins with a capital
    tick: timer({ on: 'md', every: '1s', handler: 'stats' }),
    // @ts-expect-error: a C++ struct begins with a capital
    journal: file('x.log', { on: 'md', mode: 'append', handler: 'journal' }),
  },
});

defineLoom({
  name: 'wrong_package',
  reactors: { md: {} },
  fds: {},
  // @ts-expect-error: unknown key
  package: { naem: 'feed' },
});

/** An output folder that is no package, and one that is. */
export const packages = [
  defineLoom({ name: 'plain', reactors: { md: {} }, fds: {}, package: false }),
  defineLoom({ name: 'packed', reactors: { md: {} }, fds: {}, package: { name: '@acme/feed' } }),
];

defineLoom({
  name: 'wrong_stack',
  reactors: { md: {} },
  stacks: { small: { bytes: '16K', count: 1 } },
  fds: {
    // @ts-expect-error: no such stack class
    market: tcp('127.0.0.1:9000', { on: 'md', style: { fiber: 'large' } }),
  },
});

defineLoom({
  name: 'no_stack',
  reactors: { md: {} },
  fds: {
    // @ts-expect-error: none of the three classes of a config without stacks
    market: tcp('127.0.0.1:9000', { on: 'md', style: { fiber: 'larger' } }),
    feed: tcp('127.0.0.1:9000', { on: 'md', style: { fiber: 'large' } }),
  },
});

defineLoom({
  name: 'wrong_channel',
  reactors: { md: {} },
  messages,
  fds: {},
  channels: {
    // @ts-expect-error: no such message
    top: channel({ from: 'md', to: 'js', message: 'Topp' }),
    // @ts-expect-error: no such reactor
    low: channel({ from: 'ctl', to: 'js', message: 'Top' }),
    // @ts-expect-error: no such reactor either
    far: channel({ from: 'md', to: 'ctl', message: 'Top' }),
  },
});

defineLoom({
  name: 'wrong_values',
  reactors: {
    // @ts-expect-error: not a duration
    a: { wait: { spin: '20 microseconds' } },
    // @ts-expect-error: a duration needs its unit
    b: { wait: { spin: 20 } },
    // @ts-expect-error: not a size
    c: { inbox: '256KB' },
  },
  fds: {
    // @ts-expect-error: a number, not a string
    e: tcp('127.0.0.1:9000', { on: 'a', connections: '4' }),
    // @ts-expect-error: not a duration
    f: tcp('127.0.0.1:9000', { on: 'a', connectTimeout: '5 seconds' }),
    // @ts-expect-error: unknown option
    g: tcp('127.0.0.1:9000', { on: 'a', conections: 4 }),
    // @ts-expect-error: no such width
    h: tcp('127.0.0.1:9000', { on: 'a', framing: lengthPrefixed('u24le') }),
    // @ts-expect-error: on is required
    j: timer({ every: '1s' }),
  },
});

defineLoom({
  name: 'unknown_load',
  reactors: { a: {} },
  fds: { port: tcpServer('127.0.0.1:0', { on: 'a' }) },
  // @ts-expect-error: no such fd
  tune: { load: { kind: 'echo', fd: 'prot' } },
});

defineLoom({
  name: 'load_of_another_kind',
  reactors: { a: {} },
  fds: { port: tcpServer('127.0.0.1:0', { on: 'a' }) },
  // @ts-expect-error: only an ingest has batches
  tune: { load: { kind: 'echo', fd: 'port', batch: 4 } },
});

/** Loads that are allowed. */
export const loads = [
  defineLoom({
    name: 'loaded',
    reactors: { a: {} },
    fds: { port: tcpServer('127.0.0.1:0', { on: 'a' }) },
    tune: { load: { kind: 'paced', fd: 'port', rate: 1000 }, metric: 'cpu', better: 'lower' },
  }),
  defineLoom({
    name: 'loaded_by_command',
    reactors: { a: {} },
    fds: { port: tcpServer('127.0.0.1:0', { on: 'a' }) },
    tune: { load: { kind: 'command', command: './load.sh' }, metric: 'p99' },
  }),
];

defineLoom({
  name: 'unknown_key',
  reactors: { md: {} },
  fds: {},
  // @ts-expect-error: unknown key
  handler: './feed.hpp',
});

defineLoom({
  name: 'unknown_reactor_key',
  reactors: {
    // @ts-expect-error: unknown key
    md: { cores: 2 },
  },
  fds: {},
});

// @ts-expect-error: no such option on a unix socket
unix('/tmp/x.sock', { on: 'a', noDelay: true });

// @ts-expect-error: name is required
defineLoom({ reactors: { a: {} }, fds: {} });

// @ts-expect-error: no such scalar
struct({ price: 'decimal' });

const ask = struct({ symbol: u16, size: u64 });
defineLoom({
  name: 'feed',
  reactors: { md: {} },
  messages: { ...messages, Ask: ask },
  fds: {},
  channels: {
    top: channel({ from: 'md', to: 'js', message: 'Top', full: conflate({ key: 'bid' }) }),
    ask: channel({ from: 'js', to: 'md', message: 'Ask', full: conflate({ key: 'size' }) }),
    plain: channel({ from: 'js', to: 'md', message: 'Ask', full: 'conflate' }),
  },
});
defineLoom({
  name: 'feed',
  reactors: { md: {} },
  messages: { ...messages, Ask: ask },
  fds: {},
  channels: {
    // @ts-expect-error: a misspelt key
    top: channel({ from: 'md', to: 'js', message: 'Top', full: conflate({ key: 'symbl' }) }),
    // @ts-expect-error: a field of another message
    ask: channel({ from: 'js', to: 'md', message: 'Ask', full: conflate({ key: 'bid' }) }),
    // @ts-expect-error: no such policy
    plain: channel({ from: 'js', to: 'md', message: 'Ask', full: 'drop' }),
  },
});
