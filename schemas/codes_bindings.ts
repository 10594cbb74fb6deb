/**
 * What `loomgen explain` says about the errors of the bindings, LOOM60xx. Their sentences are made
 * in `templates/bindings/error.ts`, `lifecycle_errors.ts` and `request_errors.ts` there.
 */
import { prose, type RuntimeEntry } from './code_entry.ts';

/** LOOM60xx. */
export const bindingCodes: Readonly<Record<string, RuntimeEntry>> = {
  LOOM6001: {
    severity: 'error',
    title: 'No addon for this machine',
    explanation: prose`
      The bindings look for NAME.node where the output folder is compiled (build/release, then
      build/debug) and then in prebuilds/<platform>-<arch>, with -musl at its end where the C
      library is musl. In an output folder, loomgen build compiles it; after --no-compile or a fresh
      clone the command of the message does. A package from npm holds what its publisher compiled:
      run loomgen build on a machine of each platform, put their prebuilds/ into one folder, and
      publish that.
    `,
  },
  LOOM6002: {
    severity: 'error',
    title: 'The addon cannot be loaded',
    explanation: prose`
      The file exists and cannot be used; the message says why. Cut short or empty: a download or a
      copy that did not end. Another architecture: the file is another machine's. "GLIBC_2.38 not
      found": it was compiled where the C library is newer; build on the oldest system that has to
      run it. A missing shared library: ldd NAME.node shows it. The addon uses Node-API, so it does
      not depend on the version of Node. Build it again here, or install the package again.
    `,
  },
  LOOM6003: {
    severity: 'error',
    title: 'Addon and bindings come from different builds',
    explanation: prose`
      Both hold the layout of the shared memory, a hash of the config's messages, channels and fds
      with it, and the two differ: fields would be read as others. Build again with the command of
      the message, which names the config, and copy the bindings, dist/ and the .node file together.
      A prebuild of another platform is as old as the machine that made it left it.
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
      pwrite(2), fsync(2) or send(2), errno its number, negative as in the errors of Node, and the
      sentence says how many bytes were done before. ENOTCONN of a send: there is no such connection
      now.
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
      lend() gives memory until its Symbol.dispose is called, at the end of using. Requests in
      flight keep it, but a new one cannot use it any more.
    `,
  },
  LOOM6045: {
    severity: 'error',
    title: 'Not an offset or a length',
    explanation: prose`
      Offsets and lengths of files are whole numbers from 0 to 2^53 - 1.
    `,
  },
  LOOM6046: {
    severity: 'error',
    title: 'A function that was called threw',
    explanation: prose`
      on_call of the handler ended with an exception; the message has the words of a std::exception.
      stats.exceptions of the reactor counts it, nothing else is concerned. The pool goes on.
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
