/** The IR of channels, and of the shared block that they and the byte rings lie in. */

/** Offsets in the block of memory that one reactor shares with JavaScript; bytes from its start. */
export interface IrSharedLayout {
  bytes: number;
  statsOffset: number;
  /** Per-slot words of fds delivered to JavaScript: 16 bytes each. */
  slotsOffset: number;
  slots: number;
  /** Ring header (128 bytes) followed by `deliveryBytes` (2^n) of records, reactor to JS. */
  deliveryOffset: number;
  deliveryBytes: number;
  /** Ring header (128 bytes) followed by `inboxBytes` (2^n) of records, JS to reactor. */
  inboxOffset: number;
  inboxBytes: number;
}

/**
 * A ring of one message type. A reactor has the channels that it writes in `channels` and those
 * that it reads in `received`; one between two reactors is in both. It lies in the shared block of
 * the reactor that reads, or, towards JavaScript, of the one that writes.
 */
export interface IrChannel {
  name: string;
  typeName: string;
  /** Dense index within its reactor's list. */
  index: number;
  message: string;
  /** Messages (2^n). */
  capacity: number;
  full: 'block' | 'drop-newest' | 'drop-oldest' | 'conflate';
  /** With `conflate`: the field of which the ring holds one unread message a value. */
  key?: string;
  /** The reactor that writes; absent in `channels`, and in `received` when JavaScript does. */
  from?: string;
  /** The reactor that reads; absent in `received`, and in `channels` when JavaScript does. */
  to?: string;
  /** In `channels`: other processes read it, from the file of this name in /dev/shm. */
  sharedMemory?: string;
  /** The user's C++ struct that takes the messages; in `received`. */
  handler?: string;
  /** In `received`: 1 when fibers take its messages; absent: on_message does. */
  awaited?: number;
  /** Of its header (256 bytes) in a shared block; 0 in a file of its own. The cells follow. */
  offset: number;
  strideBytes: number;
}
