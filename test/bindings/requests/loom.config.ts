/** A program for tests of the bindings: what JavaScript asks of files and of handlers' fds. */
import { defineLoom, file, lengthPrefixed, tcp, tcpServer, udp } from 'loomgen';

export default defineLoom({
  name: 'requests',
  reactors: {
    disk: { wait: 'block', jsRequests: 64, jsArena: '256K' },
    net: { wait: 'block', jsRequests: 16, jsArena: '64K' },
  },
  fds: {
    data: file('./data', { on: 'disk', mode: 'readWrite', create: true }),
    log: file('./log', { on: 'disk', mode: 'append', create: true }),
    source: file('./source', { on: 'disk', mode: 'read' }),
    out: file('./out', { on: 'disk', mode: 'write', create: true, truncate: true }),
    framed: tcp('127.0.0.1:1', {
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
