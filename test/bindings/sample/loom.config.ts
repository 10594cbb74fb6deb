// A program for tests of the bindings: framings, a client, a timer, a channel from a C++ handler,
// and two reactors, one of which blocks.
import {
  channel,
  defineLoom,
  i64,
  lengthPrefixed,
  line,
  struct,
  tcp,
  tcpServer,
  timer,
  u16,
  u64,
} from 'loomgen';

export default defineLoom({
  name: 'bindings_sample',
  reactors: { front: { wait: 'block' }, back: {} },
  messages: { Count: struct({ connection: u16, total: u64, negative: i64 }) },
  fds: {
    frames: tcpServer('127.0.0.1:7003', {
      on: 'front',
      framing: lengthPrefixed('u32le', { maximum: '64K' }),
      connections: 4,
    }),
    dial: tcp('127.0.0.1:7004', {
      on: 'front',
      framing: line({ maximum: '4K' }),
      reconnect: { initial: '5ms', maximum: '20ms' },
    }),
    counted: tcpServer('127.0.0.1:7005', { on: 'back', handler: 'Counter', connections: 4 }),
    beat: timer({ on: 'front', every: '5ms' }),
  },
  channels: {
    counts: channel({ from: 'back', to: 'js', message: 'Count', capacity: 16, full: 'conflate' }),
  },
  handlers: './counter.hpp',
});
