import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: tcpServer('127.0.0.1:7001', { on: 'main', connections: 1048576, writeQueue: '4K' }),
    b: tcpServer('127.0.0.1:7002', { on: 'main', connections: 1, writeQueue: '4K' }),
  },
});
