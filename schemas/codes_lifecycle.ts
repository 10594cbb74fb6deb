/**
 * What `loomgen explain` says about errors in the life of a program in JavaScript: its readers, its
 * listeners, its addresses. Their sentences are made in `templates/bindings/lifecycle_errors.ts`.
 */
import { prose, type RuntimeEntry } from './code_entry.ts';

/** LOOM603x. */
export const lifecycleCodes: Readonly<Record<string, RuntimeEntry>> = {
  LOOM6030: {
    severity: 'error',
    title: 'next() was called twice at once',
    explanation: prose`
      A loop over batches holds one batch at a time, and the next next() gives it back. Two at once
      would give the first batch back before anybody has seen it. The first is not harmed: await it,
      then ask for the next.
    `,
  },
  LOOM6031: {
    severity: 'error',
    title: 'A listener or a callback threw',
    explanation: prose`
      Your function, called for an event or a batch, threw. The error names the program, the fd or
      the channel and the function, and its cause is what was thrown. It becomes an uncaught
      exception; nothing else is lost by it.
    `,
  },
  LOOM6032: {
    severity: 'error',
    title: 'open({ url }) says no address',
    explanation: prose`
      url is short for the address of the one client fd of a program: 'tcp://host:port',
      'unix:///path', 'host:port' or a path. With several clients, or none, say addresses with the
      fd's name.
    `,
  },
  LOOM6033: {
    severity: 'error',
    title: 'The program ended before the event',
    explanation: prose`
      A promise of once() is rejected when the program stops before such an event came. Give once()
      a signal, or catch this.
    `,
  },
  LOOM6034: {
    severity: 'error',
    title: 'This thread cannot turn the reactor',
    explanation: prose`
      open({ thread: 'this' }) runs a program of one reactor on the thread that calls open(). With
      several reactors, leave it out, or open a program for each in a worker of its own. Cores are
      for threads of reactors; pin the worker's own thread from outside. On Windows no thread can:
      its event loop waits for completions of its own port alone.
    `,
  },
};
