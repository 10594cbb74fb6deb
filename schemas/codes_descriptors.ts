/** Diagnostics of what only some descriptors have: abstract names, packets. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM152x. */
export const descriptorCodes = {
  LOOM1521: {
    severity: 'error',
    title: 'A mode for an abstract name',
    holes: ['where', 'address'],
    what: "{where} is the mode of a path, and '{address}' is an abstract name.",
    why: 'An abstract name is no file: nothing holds permission bits, unix(7).',
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
} as const satisfies Record<string, CodeEntry>;
