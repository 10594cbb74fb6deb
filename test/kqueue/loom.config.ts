// The echo example for every platform that has a backend.
import { defineLoom, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },
  reactors: { main: {} },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }),
    local: unixServer('/tmp/loom-echo.sock', { on: 'main', handler: 'Echo' }),
  },
  handlers: '../../examples/echo/echo.hpp',
});
