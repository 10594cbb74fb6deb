/** Diagnostics of what a config connects: references, addresses, budgets. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM14xx, LOOM15xx and LOOM16xx. */
export const wiringCodes = {
  LOOM1401: {
    severity: 'error',
    title: 'Undeclared reactor',
    holes: ['where', 'name', 'hint'],
    what: "{where} names the reactor '{name}', which is not declared.",
    why: 'Every fd, channel and call belongs to one key of `reactors`.',
    fix: '{hint}',
    explanation: prose`
      reactors: { md: { core: 2 } },
      fds: { market: tcp('127.0.0.1:9000', { on: 'md' }) },
    `,
  },
  LOOM1403: {
    severity: 'error',
    title: 'Undeclared message',
    holes: ['where', 'name', 'hint'],
    what: "{where} names the message '{name}', which is not declared.",
    why: 'Channels and calls carry records of known size.',
    fix: '{hint}',
    explanation: prose`
      messages: { Top: struct({ symbol: u16, bid: i64 }) },
      channels: { top: channel({ from: 'md', to: 'js', message: 'Top' }) },
    `,
  },
  LOOM1404: {
    severity: 'error',
    title: 'A handler without a header',
    holes: ['where', 'name'],
    what: "{where} names the handler '{name}', but the config has no `handlers`.",
    why: 'The generated C++ includes the header in which the struct is defined.',
    fix: "Add handlers: './handlers.hpp', or remove `handler` to get the messages in JavaScript.",
    explanation: prose`
      A handler is a C++ struct: struct Echo : echo::EchoBase<Echo> { ... };
      \`handlers\` is the path of the header that defines all of them, relative to the config.
    `,
  },
  LOOM1405: {
    severity: 'warning',
    title: 'A header without a handler',
    holes: ['header'],
    what: "No fd names a handler, so '{header}' is included by nothing.",
    why: 'fds without a handler are delivered to JavaScript.',
    fix: "Name a struct of it: handler: 'Echo' in an fd, or remove `handlers`.",
    explanation: prose`
      A header that nothing includes is usually a forgotten \`handler\` field.
    `,
  },
  LOOM1406: {
    severity: 'warning',
    title: 'A reactor that nothing uses',
    holes: ['name'],
    what: "Nothing runs on the reactor '{name}'.",
    why: 'It would be a thread that only waits.',
    fix: "Put an fd on it with on: '{name}', or remove it.",
    explanation: prose`
      The reactor is generated all the same, so that its stats and its core can be tried.
    `,
  },
  LOOM1407: {
    severity: 'warning',
    title: 'A channel that nothing can publish to',
    holes: ['name', 'reactor'],
    what: "No handler runs on '{reactor}', so nothing can publish to '{name}'.",
    why: 'Channels are filled by C++ handlers of the reactor they come from.',
    fix: "Give an fd on '{reactor}' a handler, or remove the channel.",
    explanation: prose`
      In a handler: this->top.publish(Top{...}). fds without a handler go to JavaScript directly and
      need no channel.
    `,
  },
  LOOM1408: {
    severity: 'error',
    title: 'A timer without a time',
    holes: ['where'],
    what: '{where} has neither `every` nor `after`.',
    why: 'It would never tick.',
    fix: "Add every: '1s' for a period, or after: '1s' for a single tick.",
    explanation: prose`
      timer({ on: 'md', every: '1s' }) ticks each second, first after one second.
      timer({ on: 'md', every: '1s', after: '10ms' }) first ticks after ten milliseconds.
      timer({ on: 'md', after: '5s' }) ticks once.
    `,
  },
  LOOM1409: {
    severity: 'error',
    title: 'Nothing declared',
    holes: ['what', 'example'],
    what: '`{what}` is empty.',
    why: 'A program without {what} does nothing.',
    fix: 'Declare one: {example}',
    explanation: prose`
      A program has at least one reactor and at least one fd.
    `,
  },
  LOOM1410: {
    severity: 'warning',
    title: 'Two reactors on one core',
    holes: ['name', 'other', 'core'],
    what: "'{name}' and '{other}' are both pinned to core {core}, and one of them spins.",
    why: 'A spinning thread leaves its core only when the kernel takes it away.',
    fix: "Give them different cores, or set wait: 'block' for both.",
    explanation: prose`
      The other reactor would wait for the end of a time slice, some milliseconds, for each batch.
    `,
  },
  LOOM1411: {
    severity: 'error',
    title: 'A list of backends that chooses nothing',
    holes: ['where', 'reason'],
    what: '{where} {reason}.',
    why: 'The list is the order in which backends are tried at start.',
    fix: "Write linux: ['io_uring', 'epoll'], or the one you want.",
    explanation: prose`
      The first backend that works on the machine is taken, and the reason is logged. With one entry
      the program starts on that backend or not at all.
    `,
  },
  LOOM1412: {
    severity: 'error',
    title: 'A limit below its start',
    holes: ['where', 'initial', 'maximum'],
    what: '{where} starts with {initial}, which is above its maximum {maximum}.',
    why: 'The delay doubles from `initial` up to `maximum`.',
    fix: 'Raise `maximum` or lower `initial`.',
    explanation: prose`
      reconnect: { initial: '100ms', maximum: '10s' } waits about 0.1, 0.2, 0.4 … 10 seconds.
    `,
  },
  LOOM1413: {
    severity: 'error',
    title: 'A record without fields or too large',
    holes: ['what', 'name', 'reason'],
    what: "The {what} '{name}' {reason}.",
    why: 'A record has at least one field, at most 4096 bytes and no field twice.',
    fix: 'Change its fields; send long data through an fd without a handler.',
    explanation: prose`
      Records are copied into a ring of equal places. Fields have natural alignment, so their order
      decides the padding.
    `,
  },
  LOOM1414: {
    severity: 'error',
    title: 'A timer with two ways to start',
    holes: ['where', 'key'],
    what: "{where} has start: 'manual' and `{key}`.",
    why: 'Either the program arms it at those times, or its handler arms it.',
    fix: "Remove `{key}` and arm it in the handler, or remove start: 'manual'.",
    explanation: prose`
      timer({ on: 'md', handler: 'Book', start: 'manual' }) is a member of Book, named like the fd:
      this->retry.arm_after(1'000'000), arm_at, arm_at_wall_clock, every, cancel. Its ticks come to
      on_tick, where tick.timer == retry tells it from other timers.
    `,
  },
  LOOM1415: {
    severity: 'error',
    title: 'A manual timer without a handler',
    holes: ['where'],
    what: "{where} has start: 'manual' and no handler.",
    why: 'Nobody could arm it: JavaScript has timers of its own.',
    fix: "Add handler: 'Name', or give it every: '1s' or after: '1s'.",
    explanation: prose`
      A timer that is delivered to JavaScript starts with the program. One that is armed at run time
      is a member of a C++ handler.
    `,
  },
  LOOM1501: {
    severity: 'error',
    title: 'Not an address',
    holes: ['where', 'address', 'reason', 'example'],
    what: "{where} '{address}' is not an address: {reason}.",
    why: 'An address is host:port, with an IPv6 address in square brackets (RFC 3986).',
    fix: "Write it as '{example}'.",
    explanation: prose`
      Examples: '127.0.0.1:9000', '[::1]:9000', 'feed.example:9000'. Names are resolved at start.
      A scheme (tcp://) or a path is not part of an address.
    `,
  },
  LOOM1502: {
    severity: 'error',
    title: 'A port out of range',
    holes: ['where', 'port', 'range'],
    what: '{where} has the port {port}, expected {range}.',
    why: 'A port is 16 bits; only a listener may leave the choice to the kernel with 0.',
    fix: 'Choose a port {range}.',
    explanation: prose`
      With port 0 the kernel chooses when the program starts; the address really bound is a property
      of the fd in TypeScript and is logged by the standalone program.
    `,
  },
  LOOM1503: {
    severity: 'error',
    title: 'Two listeners on one address',
    holes: ['where', 'address', 'other', 'otherAddress'],
    what: "{where} '{address}' is also the address of {other} ('{otherAddress}').",
    why: 'The second bind(2) would fail with EADDRINUSE when the program starts.',
    fix: 'Change one port or path, or set reusePort: true on both.',
    explanation: prose`
      A wildcard (0.0.0.0 or [::]) takes its port on every address, so it also collides with a
      specific one. An IPv6 wildcard takes the IPv4 port too unless ipv6Only is true. Port 0 never
      collides. reusePort shares a TCP port between listeners; unix paths cannot be shared.
    `,
  },
  LOOM1504: {
    severity: 'error',
    title: 'Not a path for a unix socket',
    holes: ['where', 'reason'],
    what: '{where} {reason}.',
    why: 'A path or an abstract name has 1 to 107 bytes: sun_path has 108 with a NUL, unix(7).',
    fix: "Use a short path, such as '/run/feed.sock', or a name, such as '@feed'.",
    explanation: prose`
      The length is counted in bytes of UTF-8. A relative path is relative to the working directory
      of the program when it starts. An address that begins with @ is an abstract name; a file of
      that name is ./@feed.
    `,
  },
  LOOM1601: {
    severity: 'error',
    title: 'Too many of something',
    holes: ['what', 'count', 'limit', 'hint'],
    what: '{what}: {count}, at most {limit} are possible.',
    why: 'The tables have this length, and a tag has as many bits for their numbers.',
    fix: '{hint}',
    explanation: prose`
      16 reactors and 64 listeners in a program; 1048576 slots and 4095 operation numbers (4 and 5
      for each stream fd) in a reactor. Slots are the sum of \`connections\` of the reactor's fds. A
      socket that is received directly costs a system call in every turn: 4096 in a reactor.
    `,
  },
  LOOM1602: {
    severity: 'error',
    title: 'A frame that its length cannot say',
    holes: ['where', 'maximum', 'width', 'limit'],
    what: '{where} is {maximum}, but a length of {width} can say at most {limit}.',
    why: 'No peer could send a message of that length.',
    fix: 'Lower `maximum` to {limit}, or use a wider length.',
    explanation: prose`
      u8 counts to 255, u16 to 65535, wider ones beyond the limit of 256M for all framings.
    `,
  },
  LOOM1603: {
    severity: 'warning',
    title: 'A ring too small for its messages',
    holes: ['where', 'bytes', 'fd', 'message', 'needed'],
    what: '{where} is {bytes}, but messages of {fd} can have {message}; it is raised to {needed}.',
    why: 'The ring must hold four of the largest messages, or it stalls on each.',
    fix: 'Write {needed}, leave it out, or lower what {fd} can receive.',
    explanation: prose`
      Without \`delivery\` or \`inbox\` the ring is as large as needed, at least 1M and 256K. A
      message of a raw fd is a receive buffer; other framings have their \`maximum\`, and what
      JavaScript sends is never more than \`writeQueue\`.
    `,
  },
  LOOM1604: {
    severity: 'error',
    title: 'A shared block of more than 1G',
    holes: ['reactor', 'bytes'],
    what: "The memory that reactor '{reactor}' shares with JavaScript comes to {bytes} bytes.",
    why: 'One block has at most 1073741824 bytes.',
    fix: 'Lower the capacity of its channels, `delivery` or `inbox`, or use a second reactor.',
    explanation: prose`
      The block holds the delivery ring, the inbox, every channel of the reactor (capacity times the
      record rounded up to 8 bytes) and 16 bytes for each slot delivered to JavaScript.
    `,
  },
  LOOM1605: {
    severity: 'error',
    title: 'More than 16G of buffers',
    holes: ['reactor', 'bytes'],
    what: "Buffers, write queues and messages of reactor '{reactor}' come to {bytes} bytes.",
    why: 'All of it is reserved when the program starts; at most 17179869184 bytes are possible.',
    fix: 'Lower `connections`, `writeQueue`, `receive` or the framing, or use a second reactor.',
    explanation: prose`
      Each connection has a write queue of its own and, with a framing, room for one message of its
      maximum; receive buffers are shared by the connections of an fd. 65536 connections with the
      default writeQueue of 256K come to 16G.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
