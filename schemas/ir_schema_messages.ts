/** The strict schema of a message, as `ir_messages.ts` describes it. */
import * as v from 'valibot';
import { list, lowerName, one, upperName, whole } from './ir_leaf.ts';
import { limits } from './limits.ts';

/** A record of a fixed layout. */
export const message = v.strictObject({
  name: upperName,
  bytes: whole(0, limits.recordBytes),
  alignment: one(1, 2, 4, 8),
  fields: list(
    v.strictObject({
      name: lowerName,
      type: one('u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64', 'bool'),
      offset: whole(0, limits.recordBytes),
      bytes: one(1, 2, 4, 8),
    }),
    limits.recordBytes,
  ),
});
