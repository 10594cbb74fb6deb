/**
 * How a channel lies in memory: a header and 2^n cells, each a stamp and a message. The same
 * numbers as runtime/loom/channel_layout.hpp, which says what they mean; change both or neither.
 */

/** A channel's header is this long; the cells follow. */
export const channelHeaderBytes = 256;

/** Positions within a channel's header, in Int32Array indexes; counters are 64 bits long. */
export const channelWord = {
  /** Messages written; 64 bits, of which JavaScript looks at the lower half. */
  tail: 0,
  droppedNewest: 2,
  conflated: 4,
  blocked: 6,
  blockedNanoseconds: 8,
  /** Messages read or given up, modulo 2^32. */
  head: 32,
  droppedOldest: 34,
  /** 1: the writer waits for room, and the reader wakes it. */
  writerWaits: 48,
} as const;

/** Begins every cell; the message follows. */
export const cellStampBytes = 8;

/** What happens to a message that finds its channel full. */
export type ChannelFull = 'block' | 'drop-newest' | 'drop-oldest' | 'conflate' | 'conflate-by-key';

/**
 * The lower half of the stamp of a whole message at `position`; one less while it is written, one
 * more when it was taken.
 */
export function wholeStamp(position: number): number {
  return (position * 2 + 2) | 0;
}
