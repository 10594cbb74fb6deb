import { defineLoom, tcpServer, unix } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: 'spin', other: { core: true } },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', connections: '4', noDelay: 1 }),
    local: unix(7001, { on: 'main', receive: { count: 1.5 }, keepAlive: null }),
    plain: { on: 'main' },
  },
  channels: [],
  native: { sources: 'book.cpp' },
});
