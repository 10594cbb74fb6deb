import { defineLoom, tcpServer, timer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { serve: { count: 4 } },
  fds: {
    front: tcpServer('127.0.0.1:7001', { on: 'serve' }),
    every: timer({ every: '1s', on: 'serve', handler: 'Stats' }),
  },
  handlers: './echo.hpp',
});
