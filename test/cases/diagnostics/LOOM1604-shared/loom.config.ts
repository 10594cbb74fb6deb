import { channel, defineLoom, i64, struct, tcpServer, u64 } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: { Top: struct({ bid: i64, ask: i64, sequence: u64, time: u64, symbol: u64, size: u64, count: u64, flags: u64 }) },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }) },
  channels: { top: channel({ from: 'main', to: 'js', message: 'Top', capacity: 16777216 }) },
  handlers: './echo.hpp',
});
