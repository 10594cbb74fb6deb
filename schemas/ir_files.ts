/** The part of the intermediate representation that describes files. */

/** One file fd. */
export interface IrFileFd {
  name: string;
  /** The struct in `fds.hpp`: the name in PascalCase. */
  typeName: string;
  kind: 'file';
  /** Program-wide number of this fd, dense from 0, in name order. */
  index: number;
  /**
   * The user's C++ struct; the first of its reactor where the config names none; null where the
   * reactor has none: JavaScript alone uses the file.
   */
  handler: string | null;
  path: string;
  mode: 'read' | 'write' | 'append' | 'readWrite';
  /** O_CREAT, O_TRUNC, O_DIRECT, 0 or 1. */
  create: number;
  truncate: number;
  direct: number;
  /** Permission bits of a file that is made. */
  permissions: number;
  /** Reads and writes of fibers in flight. */
  inFlight: number;
  /** Memory to lend; absent: none. `memory` numbers it among those of the reactor. */
  buffers?: { bytes: number; count: number; memory: number };
  /** None of its own: fibers and requests have them. */
  operations: Record<string, number>;
}
