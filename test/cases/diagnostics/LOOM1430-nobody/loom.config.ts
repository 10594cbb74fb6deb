import { channel, defineLoom, f64, i64, struct, tcp, u16 } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { md: {} },
  messages: { Top: struct({ symbol: u16, bid: i64, weight: f64 }) },
  fds: { market: tcp('127.0.0.1:9000', { on: 'md' }) },
  channels: {
    orders: channel({ from: 'js', to: 'md', message: 'Top' }),
    top: channel({ from: 'md', to: 'js', message: 'Top' }),
  },
  handlers: './echo.hpp',
});
