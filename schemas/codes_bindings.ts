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
      Messages arrive for an fd or a channel that has no reader, so its ring fills and the reactor
      stops reading from the sockets behind it. Read it, or give the fd a handler.
    `,
  },
  LOOM6010: {
    severity: 'error',
    title: 'Nobody writes a channel in shared memory',
    explanation: prose`
      The file of the channel is there while the program that writes it runs. Start that, or wait
      for it; a reader of a writer that has gone opens the channel again.
    `,
  },
  LOOM6011: {
    severity: 'error',
    title: 'A channel in shared memory of another version',
    explanation: prose`
      The file holds a hash of the messages, the capacity and the size of a message; one of them is
      not what these bindings were made for, and fields would be read as others. Build the writing
      and the reading program from the same config.
    `,
  },
  LOOM6009: {
    severity: 'error',
    title: 'A channel is closed',
    explanation: prose`
      The program has stopped, so nobody takes what is posted to its reactors: post(), begin() and
      writable say so. Messages that were posted before may not have been taken.
    `,
  },
};
