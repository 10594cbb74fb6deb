// A program of one reactor for tests of its life: a client with a C++ handler that does as it is
// told line by line, a server and a timer for JavaScript, and a channel that overflows soon.
import { channel, defineLoom, line, struct, tcp, tcpServer, timer, u32, udp } from 'loomgen';

export default defineLoom({
  name: 'life',
  reactors: { main: { wait: 'block', stall: '20ms' } },
  messages: { Count: struct({ count: u32 }) },
  fds: {
    market: tcp('127.0.0.1:7010', {
      on: 'main',
      handler: 'Told',
      framing: line({ maximum: '4K' }),
      reconnect: { initial: '5ms', maximum: '20ms' },
    }),
    control: tcpServer('127.0.0.1:7011', { on: 'main', framing: line({ maximum: '4K' }) }),
    itch: udp({ bind: '127.0.0.1:7012', on: 'main', handler: 'Packets' }),
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
  },
  handlers: './told.hpp',
});
