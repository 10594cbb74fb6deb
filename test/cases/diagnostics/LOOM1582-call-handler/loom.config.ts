import { call, defineLoom, pool, struct, tcp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: {} },
  messages: { Question: struct({ id: 'u64' }) },
  pools: { crunch: pool() },
  calls: {
    price: call({
      on: 'main',
      pool: 'crunch',
      request: 'Question',
      reply: 'Question',
      handler: 'Market',
    }),
  },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main', handler: 'Market' }),
  },
  handlers: './market.hpp',
});
