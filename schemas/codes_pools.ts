/** Diagnostics of pools. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM1450 to LOOM1452. */
export const poolCodes = {
  LOOM1450: {
    severity: 'error',
    title: 'Undeclared pool',
    holes: ['where', 'name', 'hint'],
    what: "{where} names the pool '{name}', which is not declared.",
    why: 'The threads of a pool are started with the program.',
    fix: '{hint}',
    explanation: prose`
      pools: { crunch: pool({ threads: 2 }) },
      reactors: { md: { blocking: 'crunch' } },
    `,
  },
  LOOM1451: {
    severity: 'error',
    title: 'Cores and threads of a pool differ',
    holes: ['name', 'reason', 'fix'],
    what: "The pool '{name}' {reason}.",
    why: 'Each worker is pinned to a core of its own.',
    fix: '{fix}',
    explanation: prose`
      pool({ threads: 2, cores: [4, 5] }) pins the first worker to core 4 and the second to core 5.
      Without \`cores\` the kernel places the workers.
    `,
  },
  LOOM1452: {
    severity: 'warning',
    title: 'A pool on the core of a spinning reactor',
    holes: ['name', 'reactor', 'core'],
    what: "A worker of the pool '{name}' is pinned to core {core}, where '{reactor}' spins.",
    why: 'A spinning reactor leaves its core to nobody, and every job would interrupt it.',
    fix: "Name another core, or give '{reactor}' wait: 'block' or { spin: '20us' }.",
    explanation: prose`
      A pool exists to keep long work away from the loops. Beside a reactor that blocks when it is
      idle a worker is allowed, and shares the core with it.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
