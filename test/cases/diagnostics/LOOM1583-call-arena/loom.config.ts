import { array, call, defineLoom, pool, struct, tcp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: { jsArena: '4K' } },
  messages: { Question: struct({ ids: array('u64', 500) }), Answer: struct({ id: 'u64' }) },
  pools: { crunch: pool() },
  calls: {
    price: call({
      on: 'main',
      pool: 'crunch',
      request: 'Question',
      reply: 'Answer',
      handler: 'Pricing',
    }),
  },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main' }),
  },
  handlers: './pricing.hpp',
});
