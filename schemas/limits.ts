/**
 * The limits of one program. Every table, ring and number that a config can ask for has one, and
 * each is the reason of a diagnostic.
 */

/** The limits of one program; each is the reason of a diagnostic. */
export const limits = {
  /** Reactors of one program; the C++ side has fixed tables of this length. */
  reactors: 16,
  /** Multicast groups of one fd: `maximum_groups` of the runtime. */
  groups: 64,
  /** Pools of one program; the C++ side has a table of 16, one of them for the implicit pool. */
  pools: 15,
  /** Listening fds of one program, all reactors together. */
  servers: 64,
  /** Slots of one reactor: the tag of an operation keeps 20 bits for them. */
  slots: 2 ** 20,
  /** Operation numbers of one reactor: the tag keeps 12 bits for them. */
  operations: 4095,
  /** Bytes of one shared block. */
  sharedBytes: 2 ** 30,
  /** Bytes of buffers and write queues of one reactor, reserved and prefaulted at start. */
  arenaBytes: 2 ** 34,
  /** Bytes of one message of a framing. */
  frameBytes: 2 ** 28,
  /** Bytes of one record of a channel. */
  recordBytes: 4096,
  /** Structs within one another; the outermost is a message. */
  nestedStructs: 8,
  /** Values of one enumeration. */
  enumerationValues: 1024,
  /** Decimal places of a fixed-point number: 10^18 is the last power that an i64 holds. */
  decimalScale: 18,
  /** Characters of a text that documents a message or a field. */
  docCharacters: 1000,
  /** Bytes of a unix socket's path: sun_path without its final NUL, unix(7). */
  unixPathBytes: 107,
  /** Sockets of one reactor that are received directly: each costs a system call a turn. */
  directSockets: 4096,
  /** Highest core number. */
  core: 1023,
} as const;
