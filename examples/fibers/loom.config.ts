// Straight-line code instead of hooks: each connection is a fiber on a stack of its own.
import { defineLoom, line, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'fibers',
  out: '../../generated/fibers',
  // Each connection of the proxy reads both ways at once: two fibers more.
  reactors: { main: { fibers: 32 } },
  fds: {
    echo: tcpServer('127.0.0.1:7010', {
      on: 'main',
      handler: 'Echo',
      style: { fiber: 'small' },
      framing: line(),
    }),
    proxy: tcpServer('127.0.0.1:7011', {
      on: 'main',
      handler: 'Proxy',
      style: { fiber: 'medium' },
      connections: 16,
    }),
  },
  handlers: './fibers.hpp',
});
