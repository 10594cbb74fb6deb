/** Diagnostics of files: their paths, how they are opened, who uses them. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM154x. */
export const fileCodes = {
  LOOM1541: {
    severity: 'error',
    title: 'A file that nobody can use',
    holes: ['where', 'reactor'],
    what: '{where} is a direct file, and no fd of reactors.{reactor} has a handler.',
    why: 'Direct transfers take memory on block boundaries, which JavaScript does not have.',
    fix: "Remove `direct`, or give the file a handler: 'NameOfYourStruct'.",
    explanation: prose`
      fds: { journal: file('./journal.log', { on: 'main', mode: 'append', handler: 'Journal' }) }.
      Each handler of the reactor has a member with the file's name: journal.append(bytes). Without
      direct and without a handler, the program object in JavaScript has it: program.journal.
    `,
  },
  LOOM1542: {
    severity: 'error',
    title: 'An option that its mode forbids',
    holes: ['where', 'reason', 'fix'],
    what: '{where} {reason}.',
    why: 'What is only read has to be there and stays as it is; permissions are for what is made.',
    fix: '{fix}',
    explanation: prose`
      open(2) with O_RDONLY and O_TRUNC is undefined, and a file that is made to be read is empty.
      permissions, less the umask, are those of a file that create: true made.
    `,
  },
  LOOM1543: {
    severity: 'error',
    title: 'Buffers that do not fit direct transfers',
    holes: ['where', 'what', 'fix'],
    what: '{where} {what}.',
    why: 'O_DIRECT moves whole blocks from and to memory on block boundaries, open(2).',
    fix: '{fix}',
    explanation: prose`
      With O_DIRECT the device reads and writes the program's memory: address, offset and length are
      multiples of a block, open(2). The file lends such memory: journal.lend().
    `,
  },
  LOOM1544: {
    severity: 'error',
    title: 'A file on a reactor that cannot wait for it',
    holes: ['where', 'reactor'],
    what: '{where} is a file, and reactors.{reactor} has neither fibers nor requests.',
    why: 'A disk takes its time: a fiber waits for it, or a hook is called later.',
    fix: 'Set `fibers` of the reactor for read_at() and the like, `requests` or `jsRequests`.',
    explanation: prose`
      With reactors: { main: { fibers: 4 } } a handler spawns fibers in on_start; an fd with
      style: { fiber: 'small' } has them anyway. With requests: 64 hooks call
      submit(journal.writing_at(offset, bytes), token) and hear of it in on_complete. With
      jsRequests: 64 JavaScript has the file: await program.journal.write(offset, bytes).
    `,
  },
  LOOM1545: {
    severity: 'error',
    title: 'Not a path for a file',
    holes: ['where', 'reason'],
    what: '{where} {reason}.',
    why: 'A file has a path of 1 to 255 bytes here, or is a descriptor from fd:0 to fd:1048575.',
    fix: "Use a path, such as './journal.log', or a descriptor, such as 'fd:3'.",
    explanation: prose`
      The length is counted in bytes of UTF-8. A relative path is relative to the working directory
      of the program when it starts. A file whose name begins with fd: is ./fd:name.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
