/** Diagnostics of calls that hold up a reactor. The calls are in `blocking_calls.ts`. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM7101 to LOOM7105. */
export const blockingCodes = {
  LOOM7101: {
    severity: 'error',
    title: 'A handler blocks',
    holes: ['handler', 'call', 'why', 'instead'],
    what: '{handler} calls {call}, which blocks.',
    why: '{why} Nothing else is served meanwhile.',
    fix: '{instead} Or type behind the call: // loom: allow blocking — the reason.',
    explanation: prose`
      A reactor is one thread: while a handler waits, none of its connections, timers and fibers is
      served. Hooks and what they call in the sources of the config are compared with a table of
      calls (docs/BLOCKING.md). What runs before the loop (constructors, on_start) and what is given
      to a pool is not.

      A reason on the line of the call, or above it, is taken for granted:

        ::usleep(50);  // loom: allow blocking — the device needs it, and has this reactor alone
    `,
  },
  LOOM7102: {
    severity: 'warning',
    title: 'A handler may block',
    holes: ['handler', 'call', 'why', 'instead'],
    what: '{handler} calls {call}, which may block.',
    why: '{why} Nothing else is served meanwhile.',
    fix: '{instead} Or type behind the call: // loom: allow blocking — the reason.',
    explanation: prose`
      The call returns at once most times, and holds up the whole reactor the other times: those are
      the slowest answers that a client will ever see.
    `,
  },
  LOOM7103: {
    severity: 'warning',
    title: 'A handler allocates',
    holes: ['handler', 'call', 'why', 'instead'],
    what: '{handler} uses {call}, which allocates.',
    why: '{why} A handler runs for every message.',
    fix: '{instead} Or type behind it: // loom: allow blocking — the reason.',
    explanation: prose`
      loomgen's own code takes all memory at start. An allocation costs 20 to 100 ns as a rule, and
      some microseconds when pages have to come from the kernel.
    `,
  },
  LOOM7104: {
    severity: 'error',
    title: 'Blocking allowed without a reason',
    holes: [],
    what: 'a comment allows blocking and does not say why.',
    why: 'The next reader has to know what makes it harmless here.',
    fix: 'Type the reason behind it: // loom: allow blocking — once a day, before the open.',
    explanation: prose`
      // loom: allow blocking — written once when the file is over, and the reactor stops then

      The reason stands after a dash or a colon. Without one the comment allows nothing.
    `,
  },
  LOOM7105: {
    severity: 'warning',
    title: 'Not all that handlers do was compared or shown',
    holes: ['what', 'reason'],
    what: '{what} is left out: {reason}.',
    why: 'What blocks there holds up the reactor as well, and no line says so.',
    fix: 'Mend what is shown and build again; a larger source is split, or read by a person.',
    explanation: prose`
      A build shows 50 warnings about handlers; errors are all shown. It reads at most 512 sources
      of C++, and none of more than 1,000,000 bytes: such a source is a table that a program wrote.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
