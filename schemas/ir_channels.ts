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

/** A ring of one message type, from a reactor to JavaScript. */
export interface IrChannel {
  name: string;
  typeName: string;
  /** Dense index within its reactor. */
  index: number;
  message: string;
  /** Messages (2^n). */
  capacity: number;
  full: 'drop-newest' | 'conflate';
  /** Ring header (128 bytes) in the reactor's shared block, then capacity x strideBytes. */
  offset: number;
  strideBytes: number;
}
