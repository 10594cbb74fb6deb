import { channel, defineLoom, i64, struct, tcpServer, timer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { serve: { count: 4 }, tide: { count: { minimum: 1, maximum: 2 } }, main: {} },
  messages: { Top: struct({ bid: i64 }) },
  fds: {
    front: tcpServer('127.0.0.1:7001', { on: 'serve', handler: 'Echo' }),
    rising: tcpServer('127.0.0.1:7002', { on: 'tide', handler: 'Echo' }),
    every: timer({ every: '1s', on: 'main', handler: 'Stats' }),
  },
  channels: {
    fine: channel({ from: 'serve', to: 'js', message: 'Top' }),
    across: channel({ from: 'serve', to: 'main', message: 'Top' }),
    shrinks: channel({ from: 'tide', to: 'js', message: 'Top' }),
  },
  handlers: './echo.hpp',
});
