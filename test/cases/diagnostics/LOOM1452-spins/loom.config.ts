import { defineLoom, pool, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: { core: 2, wait: 'spin' } },
  pools: { crunch: pool({ threads: 2, cores: [1, 2] }) },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
