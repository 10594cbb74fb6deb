/**
 * The smallest useful program: it sends back what it receives. The promises about emitted code
 * (no vtable, no indirect call on the read path, no allocation) are held against it.
 */
import { defineLoom, line, raw, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },
  reactors: { main: {} },
  fds: {
    bytes: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Echo', framing: raw() }),
    lines: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Echo', framing: line() }),
  },
  handlers: './echo.hpp',
});
