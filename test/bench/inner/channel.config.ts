// A reactor that fills a channel with messages of 100 bytes, as fast as JavaScript takes them.
import { channel, defineLoom, struct, timer, u32 } from 'loomgen';

const words = 25;

export default defineLoom({
  name: 'quotes',
  reactors: { main: { wait: 'spin' } },
  messages: {
    Quote: struct(Object.fromEntries(Array.from({ length: words }, (_, n) => [`word${n}`, u32]))),
  },
  fds: { beat: timer({ on: 'main', every: '10us', handler: 'Producer' }) },
  channels: {
    quotes: channel({
      from: 'main',
      to: 'js',
      message: 'Quote',
      capacity: 2 ** 14,
      full: 'drop-newest',
    }),
  },
  handlers: './producer.hpp',
});
