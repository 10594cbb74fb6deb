import { channel, defineLoom, i64, struct, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {}, other: {} },
  messages: { Top: struct({ bid: i64 }) },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }),
    local: unixServer('/tmp/echo.sock', { on: 'other' }),
  },
  channels: { top: channel({ from: 'main', to: 'other', message: 'Top' }) },
  handlers: './echo.hpp',
});
