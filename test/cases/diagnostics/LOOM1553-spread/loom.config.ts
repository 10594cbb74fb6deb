import { defineLoom, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { serve: { count: 4 }, single: {} },
  fds: {
    alone: tcpServer('127.0.0.1:7001', { on: 'single', handler: 'Echo', spread: 'round-robin' }),
    given: tcpServer('fd:3', { on: 'serve', handler: 'Echo' }),
    local: unixServer('/tmp/a.sock', { on: 'serve', handler: 'Echo', spread: 'reuseport' }),
    waits: unixServer('/tmp/b.sock', { on: 'serve', handler: 'Echo', full: 'wait' }),
  },
  handlers: './echo.hpp',
});
