// A program that runs for long: a client whose handler publishes to a channel, and one that is
// delivered to JavaScript. Both connect again whenever their peer leaves, which it does often.
import { channel, defineLoom, lengthPrefixed, struct, tcp, u64 } from 'loomgen';

const feed = {
  on: 'main',
  framing: lengthPrefixed('u32le', { maximum: 256 }),
  reconnect: { initial: '2ms', maximum: '20ms' },
} as const;

export default defineLoom({
  name: 'soak',
  reactors: { main: { wait: 'block' } },
  messages: { Quote: struct({ number: u64, length: u64 }) },
  fds: {
    handled: tcp('127.0.0.1:9', { ...feed, handler: 'Quotes' }),
    delivered: tcp('127.0.0.1:9', feed),
  },
  channels: {
    // Small: a slow reader has it full, so that messages are dropped and counted.
    quotes: channel({
      from: 'main',
      to: 'js',
      message: 'Quote',
      capacity: 1024,
      full: 'drop-newest',
    }),
  },
  handlers: './quotes.hpp',
});
