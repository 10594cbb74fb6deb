import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: {
    serve: { count: { minimum: 4, maximum: 2 } },
    wide: { count: { minimum: 1, maximum: 3 }, cores: [0, 1] },
  },
  fds: {
    first: tcpServer('127.0.0.1:7001', { on: 'serve', handler: 'Echo' }),
    second: tcpServer('127.0.0.1:7002', { on: 'wide', handler: 'Echo', spread: 'reuseport' }),
    third: tcpServer('127.0.0.1:7003', { on: 'wide', handler: 'Echo', full: 'wait' }),
    plain: tcpServer('127.0.0.1:7004', { on: 'wide' }),
  },
  handlers: './echo.hpp',
});
