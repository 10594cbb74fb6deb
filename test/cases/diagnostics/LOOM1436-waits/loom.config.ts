import { channel, defineLoom, i64, sharedMemory, struct, tcp, u16 } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { md: {} },
  messages: { Top: struct({ symbol: u16, bid: i64 }) },
  fds: { market: tcp('127.0.0.1:9000', { on: 'md', handler: 'Feed' }) },
  channels: {
    top: channel({ from: 'md', to: sharedMemory('feed_top'), message: 'Top', full: 'block' }),
  },
  handlers: './echo.hpp',
});
