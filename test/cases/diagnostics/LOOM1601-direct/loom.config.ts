import { defineLoom, tcp, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    feed: tcp('127.0.0.1:7001', { on: 'main', receive: { strategy: 'direct' } }),
    orders: tcpServer('127.0.0.1:7002', {
      on: 'main',
      connections: 4096,
      receive: { strategy: 'direct' },
    }),
  },
});
