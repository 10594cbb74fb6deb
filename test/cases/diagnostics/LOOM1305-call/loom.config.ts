import { call, channel, defineLoom, pool, struct, tcp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: {}, group: { count: 2 } },
  messages: { Question: struct({ id: 'u64' }) },
  pools: { crunch: pool() },
  channels: { price: channel({ from: 'main', to: 'js', message: 'Question' }) },
  calls: {
    market: call({
      on: 'group',
      pool: 'crunch',
      request: 'Question',
      reply: 'Question',
      handler: 'Pricing',
    }),
    price: call({
      on: 'main',
      pool: 'crunch',
      request: 'Question',
      reply: 'Question',
      handler: 'pricing',
    }),
    reply: call({
      on: 'main',
      pool: 'crunch',
      request: 'Question',
      reply: 'Question',
      handler: 'Pricing',
    }),
  },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main', handler: 'Market' }),
  },
  handlers: './market.hpp',
});
