/** Messages with fields of every type, for properties that hold for all of them. */
import fc from 'fast-check';
import { layoutOf } from '../../generator/message_types.ts';
import type { CheckedStruct, CheckedType, StructInput } from '../../schemas/config_messages.ts';

const fieldName = fc
  .stringMatching(/^[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,4})?$/)
  // A suffix keeps generated names out of the lists of reserved words.
  .map((name) => `${name}_q`);
const scalars = [
  'u8',
  'u16',
  'u32',
  'u64',
  'i8',
  'i16',
  'i32',
  'i64',
  'f32',
  'f64',
  'bool',
] as const;
const scalar = fc.constantFrom(...scalars);
const decimal = fc.record({
  kind: fc.constant('decimal' as const),
  scale: fc.integer({ min: 0, max: 18 }),
  base: fc.constantFrom('i32', 'i64', 'u32', 'u64'),
});
const chars = fc.record({
  kind: fc.constant('chars' as const),
  length: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(40)),
});
/** Codes that every base of their sign holds. */
const codes = { u: fc.integer({ min: 0, max: 255 }), i: fc.integer({ min: -128, max: 127 }) };
const enumeration = fc.constantFrom('u8', 'u16', 'u32', 'i8', 'i16', 'i32').chain((base) =>
  fc.record({
    kind: fc.constant('enumeration' as const),
    base: fc.constant(base),
    values: fc
      .uniqueArray(codes[base.startsWith('u') ? 'u' : 'i'], { minLength: 1, maxLength: 4 })
      .map((all) => all.map((code, index) => ({ name: `v${index}`, code }))),
  }),
);

type Element = Exclude<CheckedType, { kind: 'array' }>;

function fieldsOf(type: fc.Arbitrary<CheckedType>, maxLength: number) {
  return fc.uniqueArray(fc.record({ name: fieldName, type }), {
    minLength: 1,
    maxLength,
    selector: (field) => field.name,
  });
}

/** A type with structs in it that are at most `depth` deep. */
function typeOf(depth: number): fc.Arbitrary<CheckedType> {
  const plain = fc.oneof<fc.Arbitrary<Element>[]>(scalar, decimal, chars, enumeration);
  const struct = fc.record({
    kind: fc.constant('struct' as const),
    fields: fieldsOf(depth > 0 ? typeOf(depth - 1) : plain, 3),
  });
  const element: fc.Arbitrary<Element> =
    depth === 0
      ? plain
      : fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: struct });
  const array = fc.record({
    kind: fc.constant('array' as const),
    of: element,
    count: fc.integer({ min: 1, max: 3 }),
  });
  return fc.oneof({ weight: 4, arbitrary: element }, { weight: 1, arbitrary: array });
}

/** The same type with names for what is nested in it: `prefix` and a number. */
function named(type: CheckedType, prefix: string, next: { number: number }): CheckedType {
  if (typeof type === 'string') return type;
  if (type.kind === 'array') {
    return { ...type, of: named(type.of, prefix, next) as Element };
  }
  if (type.kind !== 'struct' && type.kind !== 'enumeration') return type;
  next.number += 1;
  const name = `${prefix}N${next.number}`;
  if (type.kind === 'enumeration') return { ...type, name };
  const fields = type.fields.map((field) => ({ ...field, type: named(field.type, prefix, next) }));
  return { ...type, name, fields };
}

/** A struct as a config declares it, without the names of nested types. */
export const arbitraryStruct: fc.Arbitrary<CheckedStruct> = fc
  .record({ kind: fc.constant('struct' as const), fields: fieldsOf(typeOf(2), 8) })
  .filter((struct) => layoutOf(struct).bytes <= 4096);

/** The struct as the message of a name; what is nested in it has names that begin with it. */
export function asMessage(struct: CheckedStruct, name: string): StructInput {
  const { fields } = named(struct, name, { number: 0 }) as CheckedStruct;
  return {
    kind: 'struct',
    doc: `About ${name}.`,
    fields: fields.map((field, index) => (index === 0 ? { ...field, doc: 'The first.' } : field)),
  };
}
