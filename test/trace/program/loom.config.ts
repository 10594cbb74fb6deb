// What profiling builds are tested with: fibers that wait inside of zones, throw, are cancelled and
// cut off, a pool, mail, and headers of the user's that include each other.
import { defineLoom, line, pool, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'traced',
  out: '../../../.cache/trace/plain',
  package: false,
  reactors: { main: { fibers: 16, wait: 'block' } },
  pools: { crunch: pool({ threads: 1, queue: 16 }) },
  fds: {
    orders: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Orders',
      style: { fiber: 'small' },
      connections: 8,
      framing: line({ maximum: 64 }),
    }),
    control: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Control',
      connections: 8,
      framing: line({ maximum: 64 }),
    }),
  },
  stacks: { small: { bytes: '64K' } },
  handlers: './traced.hpp',
  trace: {
    sources: ['include/*.hpp'],
    typescript: ['main.mjs'],
    exclude: ['*::quiet'],
    colours: { orders: 0xff8000 },
    frameMark: true,
  },
});
