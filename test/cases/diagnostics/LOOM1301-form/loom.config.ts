import { defineLoom, i64, struct, tcpServer, timer } from 'loomgen';

export default defineLoom({
  name: 'Echo Server',
  reactors: { Main: {}, a__b: {} },
  messages: { top: struct({ Bid: i64, _ask: i64 }) },
  fds: {
    'x; int main() {}': tcpServer('127.0.0.1:7001', { on: 'Main', handler: 'Echo { };' }),
    tail_: timer({ on: 'a__b', every: '1s' }),
    a_name_that_is_longer_than_the_limit: timer({ on: 'a__b', every: '1s' }),
  },
  handlers: './echo.hpp',
});
