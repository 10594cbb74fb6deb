/**
 * An echo whose loop has the first core, and a worker that burns the second one when it is told:
 * what it does must not be felt in the loop.
 */
import { defineLoom, line, pool, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'burn',
  reactors: { main: { core: 0, wait: 'block' } },
  pools: { burners: pool({ threads: 1, queue: 4, cores: [1] }) },
  fds: {
    lines: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Echo', framing: line() }),
    control: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Control', framing: line() }),
  },
  handlers: './burn.hpp',
});
