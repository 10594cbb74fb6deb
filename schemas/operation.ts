/**
 * What a row of the table of system operations says: one for each `io_uring_prep_*` of liburing and
 * for each operation newer than the liburing that is built against. Every cell is required, so a
 * row with one missing does not compile.
 */

/**
 * How a request is done where no ring takes it. The words are those of `loom::system::Emulation`,
 * and a test holds the table to it.
 */
export type Way = 'at_once' | 'pool' | 'loop' | 'either' | 'refused';

/** One backend's cell: the way, and the system call or the reason. */
export interface Support {
  way: Way;
  /** What is called, or why nothing is. */
  how: string;
}

/** The TypeScript call that does it, or why there is none. */
export type TypeScriptCall = { call: string } | { none: string };

/** One row. */
export interface SystemOperation {
  /** The function of `loom::system` that builds the request. */
  builder: string;
  /** The header of `loom/system` that has it. */
  header: 'request' | 'files' | 'paths' | 'sockets' | 'waits' | 'ring';
  /** The oldest Linux on which io_uring has it, io_uring_enter(2). */
  kernel: string;
  epoll: Support;
  /** What kqueue does; it ran over an emulation alone, docs/PLATFORMS.md. */
  kqueue: Support;
  typescript: TypeScriptCall;
}

/** On the reactor's thread: it cannot block. */
export const atOnce = (how: string): Support => ({ way: 'at_once', how });
/** On a thread that may block. */
export const pool = (how: string): Support => ({ way: 'pool', how });
/** When the descriptor is ready or the time has come. */
export const loop = (how: string): Support => ({ way: 'loop', how });
/** On the loop if the descriptor can be polled, in a pool if it is on a disk. */
export const either = (how: string): Support => ({ way: 'either', how });
/** Not on this backend. */
export const refused = (why: string): Support => ({ way: 'refused', how: why });

/** A row whose emulation is the same on epoll and kqueue. */
export const everywhere = (support: Support): Pick<SystemOperation, 'epoll' | 'kqueue'> => ({
  epoll: support,
  kqueue: support,
});

/** No call: JavaScript gets what a handler publishes. */
export const native: TypeScriptCall = {
  none: 'for handlers; JavaScript gets what they publish',
};
/** No call: Node has its own. */
export const node = (name: string): TypeScriptCall => ({ none: `node:fs has ${name}` });
/** No call: only the thread that owns the ring can use it. */
export const ringOnly: TypeScriptCall = { none: "only of use on the ring's own thread" };
/** The call. */
export const call = (text: string): TypeScriptCall => ({ call: text });

/** Why what needs the ring's table of files is refused. */
export const noFileTable = refused('no table of files; use plain descriptors');
/** Why what needs the ring's buffer groups is refused. */
export const noBufferGroups = refused('no buffer groups; a declared fd has its own buffers');
