// The echo example for every platform that has a backend, and what differs most between them:
// fibers and signals.
import { defineLoom, line, signal, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },
  reactors: { main: {} },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }),
    local: unixServer('/tmp/loom-echo.sock', { on: 'main', handler: 'Echo' }),
    lines: tcpServer('127.0.0.1:7002', {
      on: 'main',
      handler: 'Lines',
      style: { fiber: 'small' },
      framing: line(),
    }),
    reload: signal({ on: 'main', handler: 'Reload', signals: ['SIGHUP', 'SIGUSR1'] }),
  },
  handlers: './targets.hpp',
});
