import { defineLoom, file, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { serve: { count: 4, requests: 4 } },
  fds: {
    front: tcpServer('127.0.0.1:7001', { on: 'serve', handler: 'Echo' }),
    journal: file('./journal.log', { on: 'serve', handler: 'Echo', mode: 'append' }),
  },
  handlers: './echo.hpp',
});
