// A reactor that takes messages of 100 bytes from JavaScript and looks at a word of each.
import { channel, defineLoom, struct, timer, u32, u64 } from 'loomgen';

const words = 25;

export default defineLoom({
  name: 'orders',
  reactors: { main: { wait: 'spin' } },
  messages: {
    Order: struct(Object.fromEntries(Array.from({ length: words }, (_, n) => [`word${n}`, u32]))),
    Taken: struct({ messages: u64, disordered: u64 }),
  },
  fds: { beat: timer({ on: 'main', every: '1ms', handler: 'Taker' }) },
  channels: {
    orders: channel({
      from: 'js',
      to: 'main',
      message: 'Order',
      capacity: 2 ** 14,
      full: 'block',
    }),
    taken: channel({ from: 'main', to: 'js', message: 'Taken', capacity: 2, full: 'conflate' }),
  },
  handlers: './taker.hpp',
});
