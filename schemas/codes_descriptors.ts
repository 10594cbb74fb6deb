/** Diagnostics of what only some descriptors have: abstract names, packets, signals. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM152x. */
export const descriptorCodes = {
  LOOM1521: {
    severity: 'error',
    title: 'A mode without a path',
    holes: ['where', 'address'],
    what: "{where} is the mode of a path, and '{address}' is none.",
    why: 'Only a file holds permission bits: an abstract name or a descriptor is none, unix(7).',
    fix: 'Remove `mode`, or use a path.',
    explanation: prose`
      Every process of the same network namespace may connect to an abstract name. Where that is too
      many, use a path with a mode, or ask the peer who it is.
    `,
  },
  LOOM1522: {
    severity: 'error',
    title: 'A framing for packets',
    holes: ['where', 'kind'],
    what: "{where} is '{kind}', and the fd is a seqpacket.",
    why: 'The kernel keeps the boundaries of packets: each is a message, nothing is cut.',
    fix: "Remove `framing`, or write type: 'stream'.",
    explanation: prose`
      With type: 'seqpacket' each write is one packet, and each on_data one. Packets are as long as
      receive.bytes of the receiving side at most; a longer one closes its connection.
    `,
  },
  LOOM1523: {
    severity: 'error',
    title: 'An event without a handler',
    holes: ['where', 'hook'],
    what: '{where} has no `handler`.',
    why: 'Events and signals are taken by C++; JavaScript gets streams and timers.',
    fix: 'Add the struct that has {hook}, and let it publish to a channel what JavaScript needs.',
    explanation: prose`
      Node has events and signals of its own: process.on('SIGHUP', ...) there is simpler than a way
      through a reactor. A handler that publishes to a channel reaches JavaScript without a lock.
    `,
  },
  LOOM1524: {
    severity: 'error',
    title: 'Not a signal that can be read',
    holes: ['where', 'name', 'reason', 'fix'],
    what: "{where} is '{name}', which {reason}.",
    why: 'A signalfd takes signals that are sent to the process and blocked by it, signalfd(2).',
    fix: '{fix}',
    explanation: prose`
      Names are those of signal(7), in capitals: 'SIGHUP', 'SIGUSR1'. SIGKILL and SIGSTOP cannot be
      blocked, and a fault such as SIGSEGV has to end the thread that made it.
    `,
  },
  LOOM1525: {
    severity: 'error',
    title: 'A signal that is read twice or not at all',
    holes: ['where', 'reason'],
    what: '{where} {reason}.',
    why: 'The kernel gives each signal to one reader.',
    fix: 'Name each signal in one fd, and at least one in each.',
    explanation: prose`
      Two signalfds with one signal would share what comes at random. Let one handler take it and
      tell the others, by an eventfd or a channel.
    `,
  },
  LOOM1526: {
    severity: 'error',
    title: 'Descriptors without a handler',
    holes: ['where'],
    what: '{where} is for a C++ handler, and the fd has none.',
    why: 'A descriptor belongs to the process; JavaScript has no value that would close it.',
    fix: 'Add `handler`, or remove `descriptors`.',
    explanation: prose`
      on_descriptor gets a loom::ReceivedDescriptor, which closes itself unless the handler takes
      it.
    `,
  },
  LOOM1527: {
    severity: 'error',
    title: 'Not a descriptor that can be adopted',
    holes: ['where', 'reason'],
    what: '{where} {reason}.',
    why: 'An open socket is passed by its number; 0 to 2 are the standard streams.',
    fix: "Write 'fd:3', with connections: 1 for a client, or an address.",
    explanation: prose`
      systemd passes the listeners of a socket unit from number 3 on, in the order of its lines
      (LISTEN_FDS, sd_listen_fds(3)). Any parent can leave a socket open across execve(2). What the
      number really is, is checked at start (LOOM5026).
    `,
  },
  LOOM1528: {
    severity: 'error',
    title: 'Not the end of a pipe',
    holes: ['where', 'reason'],
    what: '{where} {reason}.',
    why: 'A pipe reads from one place, writes to one, or both.',
    fix: "Write read: 'stdin', write: 'stdout', a path, or 'fd:3'.",
    explanation: prose`
      pipe({ on: 'main', handler: 'Filter', read: 'stdin', write: 'stdout' }) is a filter;
      pipe({ on: 'main', handler: 'Orders', read: '/run/orders.fifo' }) reads a FIFO, whose writers
      may come and go. Regular files and terminals work too.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
