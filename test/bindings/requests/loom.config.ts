/** A program for tests of the bindings: what JavaScript asks of files, handlers' fds, calls. */
import {
  array,
  call,
  chars,
  decimal,
  defineLoom,
  enumeration,
  file,
  lengthPrefixed,
  pool,
  struct,
  tcpServer,
  udp,
  unix,
} from 'loomgen';

const side = enumeration({ buy: 1, sell: 2 }, { name: 'Side' });

export default defineLoom({
  name: 'requests',
  reactors: {
    disk: { wait: 'block', jsRequests: 64, jsArena: '256K' },
    net: { wait: 'block', jsRequests: 16, jsArena: '64K' },
  },
  messages: {
    Order: struct({
      id: 'u64',
      side,
      legs: array(struct({ price: decimal(4), quantity: 'u32' }), 2),
      tags: array('u8', 3),
      note: chars(24),
    }),
    Total: struct({ id: 'u64', notional: decimal(4), side }),
  },
  pools: { crunch: pool({ threads: 2, queue: 2 }) },
  calls: {
    total: call({
      on: 'net',
      pool: 'crunch',
      request: 'Order',
      reply: 'Total',
      handler: 'Totals',
    }),
  },
  fds: {
    data: file('./data', { on: 'disk', mode: 'readWrite', create: true }),
    log: file('./log', { on: 'disk', mode: 'append', create: true }),
    source: file('./source', { on: 'disk', mode: 'read' }),
    out: file('./out', { on: 'disk', mode: 'write', create: true, truncate: true }),
    framed: unix('./framed.sock', {
      on: 'net',
      handler: 'Talker',
      jsSends: true,
      framing: lengthPrefixed('u32le', { maximum: '2K' }),
      writeQueue: '4K',
      sendBuffer: '8K',
      reconnect: false,
    }),
    served: tcpServer('127.0.0.1:0', { on: 'net', handler: 'Talker', jsSends: true }),
    datagrams: udp({ on: 'net', handler: 'Hearer', jsSends: true, bind: '127.0.0.1:0' }),
  },
  handlers: './requests.hpp',
});
