/**
 * The table of system operations: everything that a Request can ask for, and what each backend
 * does with it. `docs/OPERATIONS.md` is written from it by `npm run docs`; tests hold it to the
 * installed liburing, to the builders of `loom/system` and to what the runtime really does.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Backend } from './backends.ts';
import type { Support, SystemOperation, TypeScriptCall } from './operation.ts';
import { fileOperations } from './operations_files.ts';
import { pathOperations } from './operations_paths.ts';
import { socketOperations } from './operations_sockets.ts';
import { waitOperations } from './operations_waits.ts';
import { supportOnWindows } from './operations_windows.ts';
import { featureTable } from './platform_features.ts';

const subjects = [
  ['Open files', fileOperations],
  ['Names', pathOperations],
  ['Sockets', socketOperations],
  ['Waiting, other requests, the ring', waitOperations],
] as const;

/** Names of the operations: what stands behind `io_uring_prep_`, or an opcode newer than those. */
export type SystemOperationName =
  | keyof typeof fileOperations
  | keyof typeof pathOperations
  | keyof typeof socketOperations
  | keyof typeof waitOperations;

/** The table, in the order of the document. */
export const systemOperations: Readonly<Record<SystemOperationName, SystemOperation>> = {
  ...fileOperations,
  ...pathOperations,
  ...socketOperations,
  ...waitOperations,
};

/** Operations that liburing 2.3 has no function for. */
export const newerOperations: readonly SystemOperationName[] = [
  'read_multishot',
  'waitid',
  'futex_wait',
  'futex_wake',
  'futex_waitv',
  'fixed_fd_install',
  'ftruncate',
  'bind',
  'listen',
  'recv_zc',
  'epoll_wait',
  'readv_fixed',
  'writev_fixed',
  'pipe',
  'uring_cmd',
];

const ring = (operation: SystemOperation): Support => ({
  way: 'at_once',
  how: `in the ring, Linux ${operation.kernel}`,
});

/** What `backend` does with a system operation. */
export function supportOf(backend: Backend, name: SystemOperationName): Support {
  const operation = systemOperations[name];
  switch (backend) {
    case 'io_uring':
      return ring(operation);
    case 'epoll':
      return operation.epoll;
    case 'kqueue':
      return operation.kqueue;
    case 'iocp':
      return supportOnWindows(name);
  }
}

const words: Readonly<Record<Support['way'], string>> = {
  at_once: 'at once',
  pool: 'pool',
  loop: 'loop',
  either: 'loop or pool',
  refused: 'not on this backend',
};

const cell = ({ way, how }: Support): string => `${words[way]}: ${how}`;
const typescript = (given: TypeScriptCall): string =>
  'call' in given ? `\`${given.call}\`` : `none: ${given.none}`;

function table(rows: Readonly<Record<string, SystemOperation>>): string {
  const lines = Object.entries(rows).map(([name, row]) =>
    [
      `| \`${name}\``,
      `\`${row.builder}\``,
      row.kernel,
      cell(row.epoll),
      cell(row.kqueue),
      `${typescript(row.typescript)} |`,
    ].join(' | '),
  );
  return [
    '| operation | C++ | Linux | epoll | kqueue | TypeScript |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** How many rows there are of each way on epoll. */
export function coverage(): Record<Support['way'], number> {
  const counts = { at_once: 0, pool: 0, loop: 0, either: 0, refused: 0 };
  for (const { epoll } of Object.values(systemOperations)) counts[epoll.way] += 1;
  return counts;
}

/** The text of docs/OPERATIONS.md. */
export function operationsText(): string {
  const counts = coverage();
  const rows = Object.keys(systemOperations).length;
  const sections = subjects.map(([title, operations]) => `## ${title}\n\n${table(operations)}\n`);
  return `# System operations

<!-- Written by \`npm run docs\` from schemas/operations*.ts. -->

A \`loom::system::Request\` asks the system for one of these. The operation is what stands
behind \`io_uring_prep_\`, or an opcode newer than liburing 2.3; C++ is the function of
\`loom/system\` that builds the request, with types; Linux is the oldest kernel whose io_uring
has it. On io_uring every one of them goes into the ring. Whether the running kernel has it is asked
at start (IORING_REGISTER_PROBE); one that it lacks goes the way of epoll where that needs no
waiting, else it gives -ENOSYS, and a line in the log once.

On epoll and kqueue: *at once* on the reactor's thread, because it cannot
block; on the *loop*, when its descriptor is ready or its time has come; in a *pool*, because a disk
may block it; *loop or pool* by what the descriptor is. *Not on this backend* gives -ENOSYS, which
is \`Failure::unsupported\`. On IOCP what is about files and their names goes to a *pool*
(PLATFORMS.md), and every other one is *not on this backend*.

One that is cancelled while a worker makes its call is interrupted there, every millisecond until it
ends, by a real-time signal to that thread alone: the greatest below SIGRTMAX that nobody handles
when it is first needed, so that an existing handler is never replaced; whoever installs one for it
later is called then. An open of a FIFO and a splice of an empty pipe end so, with what they did
until then or -ECANCELED. A wait that no signal ends (a disk, a hung network file system), a
\`close\`, and every call where each such signal is taken or timer_create(2) is refused go on to
their end, and a stop waits for them. What runs by \`loom::offload\` or \`submit(job)\` is never
interrupted.

${rows} rows; on epoll ${counts.at_once} at once, ${counts.loop} on the loop, ${counts.pool} in a \
pool, ${counts.either} on either, ${counts.refused} refused.

${sections.join('\n')}
## What a config asks for, on other platforms

A config that names \`backends.darwin\`, \`backends.freebsd\` or \`backends.win32\` and asks for
what is not there is refused (LOOM1806), and so is a handler that asks for an operation which kqueue
or IOCP lacks, or epoll where it is the only backend of Linux (LOOM1807).

${featureTable()}
`;
}

const operationsFile = fileURLToPath(new URL('../docs/OPERATIONS.md', import.meta.url));

/** True when the document in the repository is what this program would write. */
export function documentIsCurrent(): boolean {
  return readFileSync(operationsFile, 'utf8') === operationsText();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(operationsFile, operationsText());
}
