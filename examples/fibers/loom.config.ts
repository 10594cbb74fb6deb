// Straight-line code instead of hooks: each connection is a fiber on a stack of its own.
import { defineLoom, line, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'fibers',
  out: '../../generated/fibers',
  reactors: { main: {} },
  fds: {
    echo: tcpServer('127.0.0.1:7010', {
      on: 'main',
      handler: 'Echo',
      style: { fiber: 'small' },
      framing: line(),
    }),
  },
  handlers: './fibers.hpp',
});
