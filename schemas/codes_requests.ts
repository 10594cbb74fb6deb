/** Diagnostics about the system requests of handlers. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM1416. */
export const requestCodes = {
  LOOM1416: {
    severity: 'warning',
    title: 'Requests that nobody can make',
    holes: ['reactor', 'count'],
    what: 'reactors.{reactor}.requests is {count}, but no fd of the reactor has a handler.',
    why: 'A system request is made by a C++ handler; JavaScript has node:fs.',
    fix: "Give an fd of the reactor a handler: 'Name', or remove `requests`.",
    explanation: prose`
      A handler calls submit(request, token) with what the functions of loom/system build, and hears
      of the result in on_complete(loom::Completed). docs/OPERATIONS.md lists what can be asked for
      and what each backend does with it.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
