/** Diagnostics of TypeScript that is traced, or checked for calls that block. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM7201 to LOOM7203, LOOM7210 to LOOM7212. */
export const typeScriptTraceCodes = {
  LOOM7201: {
    severity: 'warning',
    title: 'A handler in TypeScript blocks',
    holes: ['call', 'handler', 'way', 'why', 'fix'],
    what: '{call} is called in {handler}{way}.',
    why: '{why}, and meanwhile JavaScript takes no message of any fd, timer or channel.',
    fix: '{fix}; or say after the line why it may: // loom: allow blocking - reason',
    explanation: prose`
      Listeners, onBatch() callbacks and the bodies of for await are looked through, with the
      functions of the declared sources (trace.typescript) that they call by name. What a call that
      blocks costs is not its own time alone: the delivery rings fill up behind it, and what does
      not fit is treated as the fd or the channel says.

      A line that may block says so itself, or the line before it does, with the reason:

        const key = readFileSync(path); // loom: allow blocking - once, before the first message
    `,
  },
  LOOM7202: {
    severity: 'warning',
    title: 'A loop in a TypeScript handler never waits',
    holes: ['handler', 'way'],
    what: 'A loop without end, which never waits, is in {handler}{way}.',
    why: 'Nothing else runs in JavaScript while it does: no message is taken, no timer fires.',
    fix: 'Await in it, or end it; or say after the line why: // loom: allow blocking - reason',
    explanation: prose`
      A loop whose condition is always true, without await, yield, break, return or throw in it,
      keeps the thread for good. To look at something again and again, wait between two looks:

        for await (const batch of program.top) look(batch);
    `,
  },
  LOOM7203: {
    severity: 'error',
    title: 'Blocking is allowed without a reason',
    holes: [],
    what: 'This comment allows a call that blocks, and does not say why.',
    why: 'Whoever reads the line later cannot tell whether it still may.',
    fix: 'Add the reason: // loom: allow blocking - reason',
    explanation: prose`
      The reason stands after a dash or a colon: // loom: allow blocking - only in tests. Without
      one the comment silences nothing.
    `,
  },
  LOOM7210: {
    severity: 'warning',
    title: 'A TypeScript source that is not traced',
    holes: ['file', 'reason'],
    what: '{file} gets no zones: {reason}.',
    why: 'Zones are put where the syntax says that functions begin, and end with try and finally.',
    fix: 'Mend it, or leave it out of trace.typescript.',
    explanation: prose`
      Modules are traced: .ts, .mts, .tsx, .js, .mjs and .jsx. A CommonJS source (.cts, .cjs, or
      one with require() or module.exports and neither import nor export), one of more than a
      million characters and one that does not parse are not copied. Copies import the original
      then, and the build goes on.
    `,
  },
  LOOM7211: {
    severity: 'warning',
    title: 'A TypeScript function that is not traced',
    holes: ['name', 'reason'],
    what: '{name} gets no zone: {reason}.',
    why: 'Its statements would do something else inside of the block that a zone needs.',
    fix: 'Change that, or write /* loom: no trace */ before the function.',
    explanation: prose`
      A zone closes in a finally, so that the statements of a function stand in a block of their
      own. A function that is declared twice there, or as a var as well, is an error in a block,
      though not in a body; and what a for (;;) disposes of at its end cannot be waited for.
    `,
  },
  LOOM7212: {
    severity: 'warning',
    title: 'A copy of a TypeScript source that asks where it is',
    holes: ['what'],
    what: '{what} is about the copy in the profiling build, not about the original.',
    why: 'The copy lies in the output folder; what is beside the original is not beside it.',
    fix: "Write the name where it is used, as in new URL('./name', import.meta.url).",
    explanation: prose`
      What a copy names in import, export, import('./name'), import.meta.resolve('./name') and
      new URL('./name', import.meta.url) leads to the copy of that file or to the original. A name
      that is only known when the program runs cannot be mended so, and import.meta.url itself is
      that of the copy: it has to be where the program compares it with what Node was started
      with, which is not warned about.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
