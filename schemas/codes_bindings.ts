/**
 * What `loomgen explain` says about the errors of the bindings, LOOM60xx. Their sentences are made
 * in `templates/bindings/error.ts`.
 */
import { prose, type RuntimeEntry } from './code_entry.ts';

/** LOOM60xx. */
export const bindingCodes: Readonly<Record<string, RuntimeEntry>> = {
  LOOM6001: {
    severity: 'error',
    title: 'The addon has not been built',
    explanation: prose`
      The bindings look for NAME.node in the build folder of the generated project. loomgen build
      compiles it; with --no-compile, or after a fresh clone, the two cmake commands of the message
      do the same without loomgen.
    `,
  },
  LOOM6002: {
    severity: 'error',
    title: 'The addon cannot be loaded',
    explanation: prose`
      The file exists but the loader refused it: it was built for another machine or C library, or a
      shared library that it needs is missing (ldd NAME.node shows it). Build it again here.
    `,
  },
  LOOM6003: {
    severity: 'error',
    title: 'Addon and bindings come from different builds',
    explanation: prose`
      Both hold the layout of the shared memory, a hash of the config's messages, channels and fds
      with it, and the two differ: fields would be read as others. Build again with the command of
      the message, and copy the bindings and the .node file together.
    `,
  },
  LOOM6004: {
    severity: 'error',
    title: 'An option of open() names something unknown',
    explanation: prose`
      open({ cores, addresses }) take names of reactors and fds of the config. A backend has to be
      in the list that the program was generated with.
    `,
  },
  LOOM6005: {
    severity: 'error',
    title: 'A message that could never be sent',
    explanation: prose`
      send() gives false when there is no room now; this message would not fit into an empty queue.
      Raise writeQueue, inbox or the maximum of the framing in the config, or send it in parts.
    `,
  },
  LOOM6006: {
    severity: 'error',
    title: 'A connection closed before it drained',
    explanation: prose`
      The promise connection.writable is rejected when the connection ends while waiting for room.
      The close event of the fd says why it ended.
    `,
  },
  LOOM6007: {
    severity: 'error',
    title: 'Two readers of one stream',
    explanation: prose`
      Batches of an fd or a channel go to one reader: one for await loop or one onBatch(). Let one
      reader hand on what others need.
    `,
  },
  LOOM6008: {
    severity: 'warning',
    title: 'Nobody reads a stream',
    explanation: prose`
      Messages arrive for an fd or a channel that has no reader. Those of an fd fill the ring of its
      reactor, which then stops reading from the sockets behind it; a channel that is full does what
      its full says. Read it, or give the fd a handler.
    `,
  },
  LOOM6040: {
    severity: 'error',
    title: 'No room for another request',
    explanation: prose`
      Requests of JavaScript are bounded by jsRequests of the reactor, and what they read and write
      by jsArena. While isFull is true, or after this error, await writable and try again; or raise
      the two in the config.
    `,
  },
  LOOM6041: {
    severity: 'error',
    title: 'A request that could never be made',
    explanation: prose`
      A read, a write or a lend of more bytes than jsArena of the reactor would wait for ever. Take
      the bytes in parts, or raise jsArena.
    `,
  },
  LOOM6042: {
    severity: 'error',
    title: 'A request failed',
    explanation: prose`
      The kernel refused what was asked: systemError is its word, as in the manual page of pread(2),
      pwrite(2), fsync(2) or send(2), and the sentence says how many bytes were done before. ENOTCONN
      of a send: there is no such connection now.
    `,
  },
  LOOM6043: {
    severity: 'error',
    title: 'The program stopped before a request was done',
    explanation: prose`
      stop() lets requests end for a moment, then cancels them. Await what has to be done first.
    `,
  },
  LOOM6044: {
    severity: 'error',
    title: 'Memory that was given back',
    explanation: prose`
      lend() gives memory until its Symbol.dispose is called, at the end of using. Requests in flight
      keep it, but a new one cannot use it any more.
    `,
  },
  LOOM6045: {
    severity: 'error',
    title: 'Not an offset or a length',
    explanation: prose`
      Offsets and lengths of files are whole numbers from 0 to 2^53 - 1.
    `,
  },
};
