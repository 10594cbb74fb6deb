import { call, defineLoom, pool, struct, tcp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: {} },
  messages: { Question: struct({ id: 'u64' }), Answer: struct({ id: 'u64' }) },
  pools: { crunch: pool() },
  calls: {
    price: call({
      on: 'mian',
      pool: 'crush',
      request: 'Question',
      reply: 'Answr',
      handler: 'Pricing',
    }),
  },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main' }),
  },
  handlers: './pricing.hpp',
});
