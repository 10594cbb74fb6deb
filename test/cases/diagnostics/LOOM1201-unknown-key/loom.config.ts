import { defineLoom, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', conections: 4, bakclog: 8 }),
    local: unixServer('/tmp/echo.sock', { on: 'main', noDelay: true }),
  },
  handler: './echo.hpp',
});
