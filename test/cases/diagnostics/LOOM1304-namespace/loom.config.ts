import { defineLoom, i64, struct, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { market: {}, echo_base: {} },
  messages: { Market: struct({ bid: i64 }) },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'market', handler: 'Echo' }),
    udp: tcpServer('127.0.0.1:7002', { on: 'echo_base' }),
  },
  handlers: './echo.hpp',
});
