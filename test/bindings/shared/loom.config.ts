// A program for tests of shared memory: a timer's handler publishes more in a tick than fits.
import { channel, defineLoom, i64, sharedMemory, struct, timer, u32, u64 } from 'loomgen';

export default defineLoom({
  name: 'bindings_shared',
  reactors: { main: { wait: 'block' } },
  messages: { Quote: struct({ sequence: u64, price: i64, size: u32 }) },
  fds: { beat: timer({ on: 'main', every: '1ms', handler: 'Quotes' }) },
  channels: {
    quotes: channel({
      from: 'main',
      to: sharedMemory('loom_bindings_shared_quotes'),
      message: 'Quote',
      capacity: 64,
    }),
  },
  handlers: './quotes.hpp',
});
