// One reactor takes questions, a pool answers them, another reactor keeps the sums. JavaScript may
// ask the pool as well.
import { call, defineLoom, line, pool, struct, tcpServer, timer, u32 } from 'loomgen';

export default defineLoom({
  name: 'fan_out',
  out: '../../generated/fan-out',
  reactors: {
    front: { mailbox: 64, stall: '10ms' },
    totals: { mailbox: 1024, wait: 'block' },
  },
  pools: { crunch: pool({ threads: 2, queue: 64 }) },
  messages: { Limit: struct({ limit: u32 }), Primes: struct({ count: u32 }) },
  calls: {
    primes: call({
      on: 'front',
      pool: 'crunch',
      request: 'Limit',
      reply: 'Primes',
      handler: 'Counter',
    }),
  },
  fds: {
    questions: tcpServer('127.0.0.1:7002', {
      on: 'front',
      handler: 'Front',
      framing: line({ maximum: 64 }),
    }),
    straight: tcpServer('127.0.0.1:7003', {
      on: 'front',
      handler: 'Straight',
      style: { fiber: 'small' },
      framing: line({ maximum: 64 }),
    }),
    seconds: timer({ on: 'totals', handler: 'Totals', every: '10s' }),
  },
  handlers: './fan_out.hpp',
});
