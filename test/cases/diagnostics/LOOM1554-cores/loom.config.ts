import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: {
    few: { count: 4, cores: [0, 1] },
    one: { count: 2, core: 1 },
    two: { count: 2, core: 1, cores: [0, 1] },
  },
  fds: {
    a: tcpServer('127.0.0.1:7001', { on: 'few', handler: 'Echo' }),
    b: tcpServer('127.0.0.1:7002', { on: 'one', handler: 'Echo' }),
    c: tcpServer('127.0.0.1:7003', { on: 'two', handler: 'Echo' }),
  },
  handlers: './echo.hpp',
});
