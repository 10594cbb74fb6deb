/** The part of the config that declares messages: records of a fixed layout, and their fields. */
import * as v from 'valibot';
import { choice, text } from './leaf.ts';

const fieldSchema = v.strictObject({
  /** Name of the field, in C++ and in TypeScript. */
  name: text('the name of a field'),
  /** Scalar type of the field. */
  type: choice(['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64', 'bool']),
});

/** A fixed-layout record. */
export const messageSchema = v.strictObject({
  kind: v.literal('struct'),
  /** Fields in their order in memory, with natural alignment. */
  fields: v.array(fieldSchema),
});
