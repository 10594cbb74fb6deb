/** Diagnostics about what JavaScript asks of a reactor besides its connections. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM157x. */
export const jsRequestCodes = {
  LOOM1571: {
    severity: 'error',
    title: 'Sends of JavaScript on an fd that is its own',
    holes: ['where'],
    what: '{where} has no handler, so JavaScript sends on its connections anyway.',
    why: '`jsSends` lets JavaScript send beside a C++ handler.',
    fix: 'Remove `jsSends`.',
    explanation: prose`
      An fd without a handler is delivered to JavaScript: connection.send(message). With a handler
      and jsSends: true, JavaScript has program.name.send(message), which goes behind what the
      handler has written.
    `,
  },
  LOOM1572: {
    severity: 'error',
    title: 'Requests of JavaScript to a reactor with several instances',
    holes: ['where', 'reactor', 'count'],
    what: '{where} lets JavaScript ask reactors.{reactor}, which has {count} instances.',
    why: 'JavaScript asks one reactor: it could not say which of the instances is meant.',
    fix: 'Move it to a reactor with one instance, or leave it out.',
    explanation: prose`
      Each instance of a group has connections and tables of its own. What JavaScript sends through
      an fd of a C++ handler, or asks of a file, belongs on a reactor without a count.
    `,
  },
  LOOM1573: {
    severity: 'warning',
    title: 'Requests of JavaScript that nothing takes',
    holes: ['where', 'reactor'],
    what: '{where} is set, but nothing of reactors.{reactor} takes requests of JavaScript.',
    why: 'JavaScript asks for reads and writes of files, calls, and sends where `jsSends` is set.',
    fix: 'Declare a file or a call on it, set `jsSends` of an fd with a handler, or remove it.',
    explanation: prose`
      jsRequests is how many requests JavaScript can have in flight on a reactor, and jsArena the
      memory for what they read and write. Files with direct: true are for C++ handlers alone.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
