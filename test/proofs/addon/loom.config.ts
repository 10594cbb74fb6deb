// Lines that cross into JavaScript and back, and lines that a handler in C++ answers and tells of
// through a channel: what either allocates is counted.
import { channel, defineLoom, line, struct, tcpServer, u64 } from 'loomgen';

const framing = line({ maximum: 64 });

export default defineLoom({
  name: 'lines',
  reactors: { main: { wait: 'block' } },
  messages: { Count: struct({ number: u64, length: u64 }) },
  fds: {
    delivered: tcpServer('127.0.0.1:0', { on: 'main', framing }),
    handled: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Counter', framing }),
  },
  channels: {
    counts: channel({
      from: 'main',
      to: 'js',
      message: 'Count',
      capacity: 2 ** 20,
      full: 'drop-newest',
    }),
  },
  handlers: './counter.hpp',
});
