/**
 * The block of memory that a reactor shares with JavaScript: where everything is. The same
 * numbers as runtime/loom/shared_layout.hpp and ring_records.hpp; change both or neither.
 */

/** Positions in the control block, as indexes into an Int32Array over the block. */
export const controlWord = {
  /** 1: JavaScript found everything empty and waits for a wake-up. Both sides exchange it. */
  jsArmed: 16,
  /** 1: the reactor is about to block, or does. */
  reactorSleeping: 32,
  /** 1: the reactor waits for room in a ring towards JavaScript. */
  deliveryStalled: 33,
  /** 1 while JavaScript consumes; 0 makes publishing a no-op. */
  jsAttached: 48,
} as const;

/** Byte offset of the 64 counters of 64 bits. */
export const statsOffset = 256;
/** Byte offset of the slot words. */
export const slotWordsOffset = 768;
/** Length of the slot words of one connection. */
export const slotWordsBytes = 16;

/** Positions within a connection's slot words, in Int32Array indexes. */
export const slotWord = { drainedBytes: 0, wantsDrain: 1, generation: 2 } as const;

/** A ring's header is this long; the data follow. */
export const ringHeaderBytes = 128;
/** Positions within a ring's header, in Int32Array indexes. */
export const ringWord = { tail: 0, head: 16 } as const;

/** A record's header is this long; the payload follows, padded. */
export const recordHeaderBytes = 16;
/** Records begin at multiples of this. */
export const recordAlignment = 8;
/** In place of a length: go on at the start of the ring (0xffffffff as an int32). */
export const recordSkip = -1;

/** What a record of the delivery ring tells. */
export const DeliveryEvent = {
  open: 1,
  data: 2,
  drain: 3,
  close: 4,
  tick: 5,
  end: 6,
  completed: 7,
  run: 8,
  // From here on: events of the program, see program_events.ts.
  up: 32,
  down: 33,
  gap: 34,
  resynced: 35,
  overflow: 36,
  stall: 37,
  lost: 38,
} as const;

/** Whether a delivery record is one of the program's events. */
export function isProgramEvent(event: number): boolean {
  return event >= DeliveryEvent.up && event <= DeliveryEvent.lost;
}

/** Length of an entry in the ring of requests. */
export const jsRequestBytes = 64;

/** What an entry of the ring of requests asks; runtime/loom/js_request.hpp says more of each. */
export const JsRequestKind = {
  cancel: 1,
  read: 2,
  write: 3,
  size: 4,
  truncate: 5,
  sync: 6,
  syncData: 7,
  send: 8,
  call: 9,
} as const;

/** In a record with several messages, so much stands before each: its length, in the first word. */
export const runEntryBytes = 8;

/** What a record of the inbox asks. */
export const InboxCommand = {
  data: 2,
  close: 3,
  abort: 4,
  finish: 5,
  pause: 6,
  resume: 7,
} as const;

/** Words for CloseKind in runtime/loom/error.hpp, by number. */
export const closeKinds = [
  'none',
  'ended',
  'reset',
  'local',
  'aborted',
  'refused',
  'timedOut',
  'frameTooLarge',
  'stopped',
  'failed',
  'handlerThrew',
  'exhausted',
  'descriptorsLost',
] as const;

/** Why a connection ended. */
export type CloseKind = (typeof closeKinds)[number];

/** Bytes that a payload takes in a ring: header, payload, padding. */
export function recordBytes(payloadBytes: number): number {
  return recordHeaderBytes + ((payloadBytes + recordAlignment - 1) & -recordAlignment);
}

/** The longest payload that fits a ring of this size once it is empty, wherever it stands. */
export function maximumPayloadBytes(ringBytes: number): number {
  return ringBytes / 2 - recordHeaderBytes;
}
