// The echo example for every platform that has a backend, with one fd of each kind that they have,
// for what differs between systems is what the runtime asks of them.
import {
  channel,
  defineLoom,
  file,
  line,
  pipe,
  pool,
  signal,
  struct,
  tcpServer,
  timer,
  u32,
  udp,
  unixServer,
} from 'loomgen';

export default defineLoom({
  name: 'echo',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },
  reactors: { main: { mailbox: 16 } },
  pools: { crunch: pool({ threads: 1, queue: 8 }) },
  messages: { Count: struct({ count: u32 }) },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }),
    local: unixServer('/tmp/loom-echo.sock', { on: 'main', handler: 'Echo' }),
    lines: tcpServer('127.0.0.1:7002', {
      on: 'main',
      handler: 'Lines',
      style: { fiber: 'small' },
      framing: line(),
    }),
    packets: udp({ bind: '127.0.0.1:7003', on: 'main', handler: 'Packets' }),
    orders: pipe({ on: 'main', handler: 'Orders', read: 'stdin', write: 'stderr' }),
    notes: file('/tmp/loom-echo.notes', {
      on: 'main',
      handler: 'Lines',
      mode: 'append',
      create: true,
    }),
    seconds: timer({ on: 'main', handler: 'Packets', every: '1s' }),
    reload: signal({ on: 'main', handler: 'Reload', signals: ['SIGHUP', 'SIGUSR1'] }),
  },
  channels: {
    counts: channel({
      from: 'main',
      to: 'js',
      message: 'Count',
      capacity: 64,
      full: 'drop-newest',
    }),
  },
  handlers: './targets.hpp',
});
