/** Diagnostics of fibers: their stack classes and their handlers. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM1402 and LOOM142x. */
export const fiberCodes = {
  LOOM1402: {
    severity: 'error',
    title: 'Undeclared stack class',
    holes: ['where', 'name', 'hint'],
    what: "{where} names the stack class '{name}', which is not declared.",
    why: 'Stacks are reserved at start, class by class.',
    fix: '{hint}',
    explanation: prose`
      stacks: { small: { bytes: '16K', count: 32 } }, and style: { fiber: 'small' } in an fd.
    `,
  },
  LOOM1420: {
    severity: 'error',
    title: 'Fiber style without a handler',
    holes: ['where'],
    what: '{where} asks for fibers, but the fd names no handler.',
    why: 'A fiber runs `void run(auto& connection)` of a C++ struct that the fd names.',
    fix: "Add handler: 'NameOfYourStruct', or remove `style`.",
    explanation: prose`
      fds: { feed: tcp('127.0.0.1:9000', { on: 'md', handler: 'Feed', style: { fiber: 'small' } }) }
    `,
  },
} as const satisfies Record<string, CodeEntry>;
