/** The part of the config that describes files. `config.ts` says how this is used. */
import * as v from 'valibot';
import { choice, flag, integer, reactorName, size, text } from './leaf.ts';

const buffersSchema = v.strictObject({
  /** Bytes of one buffer, whole pages of 4096; 4K to 16M. */
  bytes: size('4K', '16M'),
  /** Buffers; 1 to 4096. When all are lent, `lend()` gives `exhausted`. */
  count: integer('buffers', 1, 4096),
});

/** A file, open from the start of its reactor to its end. */
export const fileSchema = v.strictObject({
  kind: v.literal('file'),
  /** Path, relative to the program's working directory; or `fd:3`: the descriptor that is open
   * already under that number. */
  path: text("a path, such as './journal.log', or a descriptor, such as 'fd:3'"),
  /** The reactor that owns this file: a key of `reactors`. */
  on: reactorName(),
  /** A C++ struct, declared in `handlers`, for a file that is used without other fds. Each handler
   * of the reactor has the file as a member with its name. */
  handler: v.optional(text("the name of a C++ struct, such as 'Journal'")),
  /** What it is opened for, open(2). `append`: whatever is written goes to the end (O_APPEND). */
  mode: choice(['read', 'write', 'append', 'readWrite']),
  /** Make the file when it does not exist (O_CREAT).
   * @default false */
  create: v.optional(flag(), false),
  /** Forget what is in it (O_TRUNC).
   * @default false */
  truncate: v.optional(flag(), false),
  /** Permission bits of a file that is made; 0 to 0o777, less the umask.
   * @default 420 (0o644) */
  permissions: v.optional(integer('permission bits', 0, 0o777), 0o644),
  /** Past the page cache (O_DIRECT): offsets, lengths and memory are whole blocks. Needs `buffers`.
   * @default false */
  direct: v.optional(flag(), false),
  /** Memory to lend, on page boundaries, which io_uring knows beforehand. By default none. */
  buffers: v.optional(buffersSchema),
  /** Operations of fibers in flight, reads and writes; more wait for their turn; 1 to 4096.
   * @default 16 */
  operations: v.optional(integer('operations', 1, 4096), 16),
});
