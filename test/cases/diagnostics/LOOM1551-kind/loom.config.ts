import { defineLoom, tcp, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { serve: { count: 4 } },
  fds: {
    front: tcpServer('127.0.0.1:7001', { on: 'serve', handler: 'Echo' }),
    back: tcp('127.0.0.1:7002', { on: 'serve', handler: 'Echo' }),
  },
  handlers: './echo.hpp',
});
