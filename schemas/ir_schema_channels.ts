/** The strict schema of a channel and of the shared block, as `ir_channels.ts` describes them. */
import * as v from 'valibot';
import { bit, lowerName, one, upperName, whole, word } from './ir_leaf.ts';
import { limits } from './limits.ts';

const bytes = whole(0, 2 ** 40);

/** A ring of one message type. */
export const channel = v.strictObject({
  name: lowerName,
  typeName: upperName,
  index: whole(0, 65535),
  message: upperName,
  capacity: whole(1, 2 ** 24),
  full: one('block', 'drop-newest', 'drop-oldest', 'conflate'),
  key: v.exactOptional(lowerName),
  from: v.exactOptional(lowerName),
  to: v.exactOptional(lowerName),
  sharedMemory: v.exactOptional(
    word(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'the name of a file in /dev/shm'),
  ),
  handler: v.exactOptional(upperName),
  awaited: v.exactOptional(bit),
  offset: bytes,
  strideBytes: whole(1, limits.recordBytes + 8),
});

/** Offsets in the block that a reactor shares with JavaScript. */
export const shared = v.strictObject({
  bytes: whole(1, limits.sharedBytes),
  statsOffset: bytes,
  slotsOffset: bytes,
  slots: whole(0, limits.slots),
  deliveryOffset: bytes,
  deliveryBytes: bytes,
  inboxOffset: bytes,
  inboxBytes: bytes,
});
