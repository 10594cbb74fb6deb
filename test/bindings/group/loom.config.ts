/**
 * A group of three instances with a server of each spread, one that grows and shrinks, and a
 * reactor of its own.
 */
import { channel, defineLoom, struct, tcpServer, timer, u64, unixServer } from 'loomgen';

export default defineLoom({
  name: 'group',
  reactors: {
    serve: { count: 3, cores: [0, 0, 0], wait: 'block' },
    single: { wait: 'block' },
    tide: { count: { minimum: 1, maximum: 3, linger: '5ms' }, wait: 'block' },
  },
  messages: { Amount: struct({ value: u64 }) },
  fds: {
    rest: timer({ on: 'serve', every: '1h', handler: 'Sums' }),
    shared: tcpServer('127.0.0.1:0', { on: 'serve', handler: 'Echo' }),
    turns: tcpServer('127.0.0.1:0', { on: 'serve', handler: 'Echo', spread: 'round-robin' }),
    local: unixServer('@group', { on: 'serve', handler: 'Echo', spread: 'least-inflight' }),
    woven: tcpServer('127.0.0.1:0', {
      on: 'serve',
      handler: 'Woven',
      style: { fiber: 'small' },
      spread: 'least-inflight',
    }),
    alone: tcpServer('127.0.0.1:0', { on: 'single', handler: 'Echo' }),
    rising: tcpServer('127.0.0.1:0', { on: 'tide', handler: 'Echo', connections: 4 }),
    spun: tcpServer('127.0.0.1:0', {
      on: 'tide',
      handler: 'Woven',
      connections: 4,
      style: { fiber: 'small' },
      spread: 'round-robin',
    }),
  },
  channels: {
    added: channel({
      from: 'js',
      to: 'serve',
      message: 'Amount',
      capacity: 8,
      full: 'block',
      handler: 'Sums',
    }),
    sums: channel({ from: 'serve', to: 'js', message: 'Amount', capacity: 4, full: 'conflate' }),
  },
  handlers: './echo.hpp',
});
