import { defineLoom, tcpServer, timer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }),
    clock: timer({ on: 'main', every: '1s' }),
  },
  handlers: './echo.hpp',
  tune: { load: { kind: 'echo', fd: 'tpc' } },
});
