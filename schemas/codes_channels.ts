/** Diagnostics of the stage `check` about channels. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM1430 to LOOM1435. */
export const channelCodes = {
  LOOM1430: {
    severity: 'error',
    title: 'A channel that nobody takes from',
    holes: ['name', 'reactor'],
    what: "channels.{name} goes to '{reactor}' and does not say which handler takes its messages.",
    why: 'A handler is chosen without being named only where a reactor has exactly one.',
    fix: "Add handler: 'Name', a struct of your header with on_message.",
    explanation: prose`
      channels: { orders: channel({ from: 'js', to: 'md', message: 'Order', handler: 'Book' }) }
      and in C++: void on_message(auto& orders, const Order& order) noexcept. The handler may serve
      fds of the reactor or nothing but channels.
    `,
  },
  LOOM1431: {
    severity: 'error',
    title: 'A handler for messages that JavaScript reads',
    holes: ['name', 'handler'],
    what: "channels.{name} goes to JavaScript, and names the handler '{handler}'.",
    why: 'A handler takes messages on a reactor.',
    fix: 'Remove `handler`, or let the channel go to a reactor.',
    explanation: prose`
      JavaScript reads a channel with for await (using batch of program.name) or onBatch().
    `,
  },
  LOOM1432: {
    severity: 'error',
    title: 'A key that is none',
    holes: ['where', 'key', 'reason'],
    what: "{where} conflates by '{key}': {reason}.",
    why: 'Messages are compared by the value of one field: an integer or a bool.',
    fix: 'Name a field of the message that tells what the message is about.',
    explanation: prose`
      messages: { Top: struct({ symbol: u16, bid: i64, ask: i64 }) },
      channels: { top: channel({ from: 'md', to: 'js', message: 'Top',
        full: conflate({ key: 'symbol' }) }) } - at most one unread Top of each symbol, the latest.
    `,
  },
  LOOM1433: {
    severity: 'error',
    title: 'A channel from JavaScript that conflates',
    holes: ['where'],
    what: '{where} conflates what JavaScript posts.',
    why: 'The writer of such a channel keeps messages or a table of keys; only reactors do.',
    fix: "Write full: 'drop-oldest', or 'block' and await writable.",
    explanation: prose`
      From JavaScript a full channel can refuse ('block': post() gives false, and writable resolves
      when half is free), lose the newest, or overwrite the oldest.
    `,
  },
  LOOM1434: {
    severity: 'error',
    title: 'Too many keys',
    holes: ['name', 'capacity', 'limit'],
    what: 'channels.{name} conflates by key in {capacity} cells; at most {limit} are possible.',
    why: 'The writing reactor has a table of twice as many places.',
    fix: 'Write capacity: {limit} or less: as many as there are keys at once.',
    explanation: prose`
      The capacity is the number of keys that can have an unread message. A message of one more key
      is dropped and counted (droppedNewest).
    `,
  },
  LOOM1435: {
    severity: 'error',
    title: 'A channel that ends where it begins',
    holes: ['name', 'end'],
    what: "channels.{name} goes from '{end}' to '{end}'.",
    why: 'A channel is between two threads.',
    fix: "Let it go to another reactor, or to 'js'.",
    explanation: prose`
      Handlers of one reactor call each other, or use mail; fibers of one reactor have
      loom::Channel.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
