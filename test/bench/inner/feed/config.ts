/**
 * The programs that read the feed: with a handler in C++ that gives messages to a channel, or
 * delivered to JavaScript as they came.
 */
import { channel, defineLoom, lengthPrefixed, struct, tcp, u32 } from 'loomgen';

/** Of 200 bytes: the stamp in two halves, the number's low one, and the rest. */
const quote = struct({
  stampLow: u32,
  stampHigh: u32,
  number: u32,
  ...Object.fromEntries(Array.from({ length: 47 }, (_, n) => [`word${n + 3}`, u32])),
});

/** How the reactor waits: it spins for ever, or it sleeps at once. */
export type Wait = 'spin' | 'block';

/** A handler parses WebSocket and publishes. */
export const handled = (wait: Wait) =>
  defineLoom({
    name: 'feed',
    reactors: { main: { wait } },
    messages: { Quote: quote },
    fds: { feed: tcp('127.0.0.1:9', { on: 'main', handler: 'Feed', receive: { bytes: '64K' } }) },
    channels: {
      quotes: channel({
        from: 'main',
        to: 'js',
        message: 'Quote',
        capacity: 2 ** 14,
        full: 'block',
      }),
    },
    handlers: './feed.hpp',
  });

/** JavaScript gets the messages of the stream, which has the same sizes but its own framing. */
export const delivered = (wait: Wait) =>
  defineLoom({
    name: 'feed',
    reactors: { main: { wait, delivery: '4M' } },
    fds: {
      feed: tcp('127.0.0.1:9', {
        on: 'main',
        framing: lengthPrefixed('u32be', { maximum: 1024 }),
      }),
    },
  });
