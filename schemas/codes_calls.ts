/** Diagnostics of calls: C++ functions that JavaScript runs on a pool. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM158x. */
export const callCodes = {
  LOOM1581: {
    severity: 'error',
    title: 'A call without a header',
    holes: ['where', 'name'],
    what: "{where} is answered by '{name}', but the config has no `handlers`.",
    why: 'The generated C++ includes the header in which the struct is defined.',
    fix: "Add handlers: './handlers.hpp', a header that defines struct {name}.",
    explanation: prose`
      A call is a C++ function: struct Pricing : feed::PricingBase<Pricing> { feed::Answer
      on_call(auto& call, const feed::Question& question); }; in the header that \`handlers\` names.
    `,
  },
  LOOM1582: {
    severity: 'error',
    title: 'A handler of calls that serves something else',
    holes: ['where', 'name', 'other'],
    what: "{where} is answered by '{name}', which serves {other} as well.",
    why: 'on_call runs on the threads of a pool, all other hooks on the thread of their reactor.',
    fix: 'Give the call a struct of its own; both may share what they guard.',
    explanation: prose`
      A handler's members belong to its reactor's thread: its connections, its channels, its timers.
      A struct with on_call has none of them, so that no two threads meet in one by accident.
    `,
  },
  LOOM1583: {
    severity: 'error',
    title: 'A call that its arena cannot hold',
    holes: ['where', 'bytes', 'reactor', 'arena'],
    what: '{where} needs {bytes} bytes, and jsArena of reactors.{reactor} has {arena}.',
    why: 'Its request and its reply lie there, from the call to the promise.',
    fix: 'Raise `jsArena` of the reactor, or make the messages smaller.',
    explanation: prose`
      reactors: { main: { jsArena: '4M', jsRequests: 256 } } has room for 256 calls of 16 KiB, which
      share it with the reads and writes of files.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
