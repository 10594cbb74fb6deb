/** Diagnostics of the stage `check` about channels. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM1430 to LOOM1440. */
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
    why: 'Messages are compared by the value of one field: an integer, a bool or an enumeration.',
    fix: 'Name a field of the message that tells what the message is about.',
    explanation: prose`
      messages: { Top: struct({ symbol: u16, bid: i64, ask: i64 }) },
      channels: { top: channel({ from: 'md', to: 'js', message: 'Top',
        full: conflate({ key: 'symbol' }) }) } - at most one unread Top of each symbol, the latest.
    `,
  },
  LOOM1434: {
    severity: 'error',
    title: 'Too many keys',
    holes: ['name', 'capacity', 'limit'],
    what: 'channels.{name} conflates by key in {capacity} cells; at most {limit} are possible.',
    why: 'The writer has a table of twice as many places.',
    fix: 'Write capacity: {limit} or less: as many as there are keys at once.',
    explanation: prose`
      The capacity is the number of keys that can have an unread message. A message of one more key
      is dropped and counted (droppedNewest). Messages that the reader has taken and is not done
      with have their cells until it is.
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
      loom::FiberChannel.
    `,
  },
  LOOM1436: {
    severity: 'error',
    title: 'A policy that shared memory cannot have',
    holes: ['name'],
    what: 'channels.{name} is read by other processes, so only its oldest messages can be dropped.',
    why: 'The writer knows nothing of its readers: it cannot wait for them.',
    fix: "Remove `full`, or write full: 'drop-oldest'.",
    explanation: prose`
      Each reader sees when it was overtaken, and how many messages it lost. Raise capacity where
      readers are slow.
    `,
  },
  LOOM1437: {
    severity: 'error',
    title: 'Shared memory that JavaScript would write',
    holes: ['name'],
    what: "channels.{name} goes from 'js' into shared memory.",
    why: 'The writer of such a channel is a reactor, whose thread writes each message at once.',
    fix: 'Post to a reactor, and let its handler publish.',
    explanation: prose`
      channels: { posted: channel({ from: 'js', to: 'md', ... }),
      shared: channel({ from: 'md', to: sharedMemory('feed_top'), ... }) }
    `,
  },
  LOOM1438: {
    severity: 'error',
    title: 'A name that no file can have',
    holes: ['where', 'file'],
    what: '{where} is the file {file} in /dev/shm.',
    why: 'A name begins with a letter or digit, has those and . _ - only, and at most 64.',
    fix: "Write to: sharedMemory('feed_top').",
    explanation: prose`
      Readers of other programs know the channel by this name, so let it begin with the program's.
    `,
  },
  LOOM1439: {
    severity: 'error',
    title: 'Two channels in one file',
    holes: ['name', 'other', 'file'],
    what: "channels.{name} and channels.{other} are both the file '{file}' of /dev/shm.",
    why: 'A file has one writer and one layout.',
    fix: 'Give each a name of its own.',
    explanation: prose`
      The program would refuse to start: the second writer finds the file locked (LOOM5050).
    `,
  },
  LOOM1440: {
    severity: 'error',
    title: 'A channel for fibers that are not there',
    holes: ['name'],
    what: "channels.{name} is of style 'fiber', and goes to no reactor that has fibers.",
    why: 'Its messages are taken by fibers of the reactor, with loom::receive.',
    fix: 'Give an fd of that reactor a fiber style, declare `fibers` for it, or remove `style`.',
    explanation: prose`
      reactors: { md: { fibers: 4 } },
      channels: { orders: channel({ from: 'js', to: 'md', message: 'Order', handler: 'Book',
        style: 'fiber' }) } - and in C++: while (const auto order = loom::receive(this->orders)) ...
    `,
  },
} as const satisfies Record<string, CodeEntry>;
