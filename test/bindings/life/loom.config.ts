// A program of one reactor for tests of its life: a client with a C++ handler that does as it is
// told line by line, a server and a timer for JavaScript, a channel that overflows soon, and what
// of a reactor works with other threads: a file, fibers with a pool, calls, a channel back.
import {
  call,
  channel,
  defineLoom,
  file,
  line,
  pool,
  struct,
  tcp,
  tcpServer,
  timer,
  u32,
  udp,
} from 'loomgen';

export default defineLoom({
  name: 'life',
  reactors: { main: { wait: 'block', stall: '20ms', jsRequests: 16, jsArena: '64K' } },
  messages: { Count: struct({ count: u32 }) },
  pools: { crunch: pool({ threads: 2, queue: 8 }) },
  calls: {
    twice: call({
      on: 'main',
      pool: 'crunch',
      request: 'Count',
      reply: 'Count',
      handler: 'Doubler',
    }),
  },
  fds: {
    market: tcp('127.0.0.1:7010', {
      on: 'main',
      handler: 'Told',
      framing: line({ maximum: '4K' }),
      reconnect: { initial: '5ms', maximum: '20ms' },
    }),
    control: tcpServer('127.0.0.1:7011', { on: 'main', framing: line({ maximum: '4K' }) }),
    itch: udp({ bind: '127.0.0.1:7012', on: 'main', handler: 'Packets' }),
    squares: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Squares',
      style: { fiber: 'small' },
      framing: line({ maximum: '4K' }),
    }),
    notes: file('/dev/null', { on: 'main', mode: 'readWrite' }),
    beat: timer({ on: 'main', every: '5ms' }),
  },
  channels: {
    counts: channel({
      from: 'main',
      to: 'js',
      message: 'Count',
      capacity: 8,
      full: 'drop-newest',
    }),
    back: channel({ from: 'js', to: 'main', message: 'Count', handler: 'Told' }),
  },
  handlers: './told.hpp',
});
