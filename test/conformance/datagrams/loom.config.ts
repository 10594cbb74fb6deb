/**
 * Datagram fds of every sort, for the scenarios: one that answers, one with small buffers, one that
 * talks to a single peer, groups, and unix sockets by path and by abstract name.
 */
import { defineLoom, udp, unixDatagram } from 'loomgen';

const common = { on: 'main', handler: 'Answer' } as const;

export default defineLoom({
  name: 'datagrams',
  reactors: { main: { wait: 'block' } },
  fds: {
    udp: udp({
      ...common,
      bind: '127.0.0.1:0',
      timestamps: 'software',
      receive: { bytes: '64K', count: 16 },
      send: { bytes: '64K', count: 16 },
    }),
    narrow: udp({ ...common, bind: '127.0.0.1:0', receive: { bytes: 16, count: 4 } }),
    peer: udp({ ...common, connect: '127.0.0.1:9' }),
    group: udp({
      ...common,
      bind: '0.0.0.0:0',
      groups: [{ address: '239.255.77.2', interface: 'lo' }],
      destination: true,
    }),
    path: unixDatagram('./datagram.sock', common),
    abstract: unixDatagram('@', common),
  },
  handlers: './answer.hpp',
});
