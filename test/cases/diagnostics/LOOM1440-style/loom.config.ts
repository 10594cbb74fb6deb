import { channel, defineLoom, i64, struct, tcp, u16 } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { md: {} },
  messages: { Order: struct({ symbol: u16, bid: i64 }) },
  fds: { market: tcp('127.0.0.1:9000', { on: 'md', handler: 'Feed' }) },
  channels: {
    orders: channel({ from: 'js', to: 'md', message: 'Order', style: 'fiber' }),
  },
  handlers: './echo.hpp',
});
