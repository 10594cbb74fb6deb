import { defineLoom, line, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {}, side: {} },
  fds: {
    many: tcpServer('127.0.0.1:7001', { on: 'main', connections: 100000 }),
    lines: tcpServer('127.0.0.1:7002', {
      on: 'side',
      connections: 300,
      framing: line({ maximum: '64M' }),
    }),
  },
});
