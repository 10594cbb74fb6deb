import { channel, defineLoom, i64, struct, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: { Top: struct({ bid: i64 }) },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'mian', handler: 'Echo' }) },
  channels: { top: channel({ from: 'md', to: 'js', message: 'Top' }) },
  handlers: './echo.hpp',
});
