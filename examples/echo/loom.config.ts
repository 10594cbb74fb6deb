// The smallest whole program: whatever comes in over TCP or a unix socket goes back.
import { defineLoom, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  out: '../../generated/echo',
  reactors: { main: {} },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }),
    local: unixServer('/tmp/loom-echo.sock', { on: 'main', handler: 'Echo' }),
  },
  handlers: './echo.hpp',
});
