// Reactor → pool → reactor: what computes leaves the loop, and what is counted goes to another one.
import { defineLoom, lengthPrefixed, pool, tcpServer, timer } from 'loomgen';

export default defineLoom({
  name: 'fan_out',
  out: '../../generated/fan-out',
  reactors: { front: {}, ledger: { wait: 'block' } },
  pools: { crunch: pool({ threads: 2, queue: 64 }) },
  fds: {
    blocks: tcpServer('127.0.0.1:7020', {
      on: 'front',
      handler: 'Blocks',
      style: { fiber: 'small' },
      framing: lengthPrefixed('u32be', { maximum: '64K' }),
      connections: 32,
    }),
    report: timer({ on: 'ledger', handler: 'Ledger', every: '1s' }),
  },
  handlers: './fan_out.hpp',
});
