import { defineLoom, pool, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  pools: { crunch: pool({ threads: 3, cores: [4, 5] }) },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
