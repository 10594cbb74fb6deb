/** The strict schema of a message and of the types in it, as `ir_messages.ts` describes them. */
import * as v from 'valibot';
import { list, lowerName, one, upperName, whole, word } from './ir_leaf.ts';
import { limits } from './limits.ts';

const valueName = word(/^[A-Za-z][A-Za-z0-9_]{0,31}$/, 'the name of a value');
const doc = v.exactOptional(word(/^[ -~µ]{1,1000}$/, 'a line of text'));

const scalar = one('u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64', 'bool');

const elementKinds = [
  v.strictObject({
    kind: v.literal('decimal'),
    scale: whole(0, limits.decimalScale),
    base: one('i32', 'i64', 'u32', 'u64'),
  }),
  v.strictObject({ kind: v.literal('chars'), length: whole(1, limits.recordBytes) }),
  v.strictObject({ kind: v.literal('enumeration'), name: upperName }),
  v.strictObject({ kind: v.literal('struct'), name: upperName }),
] as const;

const element = v.union([scalar, v.variant('kind', elementKinds)], 'the type of an element');

const fieldType = v.union(
  [
    scalar,
    v.variant('kind', [
      ...elementKinds,
      v.strictObject({
        kind: v.literal('array'),
        of: element,
        count: whole(1, limits.recordBytes),
      }),
    ]),
  ],
  'the type of a field',
);

/** A record of a fixed layout. */
export const message = v.strictObject({
  name: upperName,
  bytes: whole(0, limits.recordBytes),
  alignment: one(1, 2, 4, 8),
  fields: list(
    v.strictObject({
      name: lowerName,
      type: fieldType,
      offset: whole(0, limits.recordBytes),
      bytes: whole(1, limits.recordBytes),
      doc,
    }),
    limits.recordBytes,
  ),
  doc,
});

/** Names for the codes of a field. */
export const enumeration = v.strictObject({
  name: upperName,
  base: one('u8', 'u16', 'u32', 'i8', 'i16', 'i32'),
  values: list(
    v.strictObject({ name: valueName, code: whole(-(2 ** 31), 2 ** 32 - 1) }),
    limits.enumerationValues,
  ),
  doc,
});
