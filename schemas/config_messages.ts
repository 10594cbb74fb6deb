/**
 * The part of the config that declares messages: records of a fixed layout, and their fields. A
 * type is a word (`'u32'`) or an object with a `kind`; structs contain types, so the schema of a
 * type refers to itself.
 */
import * as v from 'valibot';
import { choice, integer, oneOf, text } from './leaf.ts';
import { limits } from './limits.ts';

/** What an element can be, and the type of a field, for diagnostics. */
const elementWords =
  "one of 'u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64', 'bool', " +
  'decimal(…), chars(…), enumeration(…), struct(…)';
const typeWords = `${elementWords}, array(…)`;

const scalarSchemas = [
  v.literal('u8'),
  v.literal('u16'),
  v.literal('u32'),
  v.literal('u64'),
  v.literal('i8'),
  v.literal('i16'),
  v.literal('i32'),
  v.literal('i64'),
  v.literal('f32'),
  v.literal('f64'),
  v.literal('bool'),
] as const;

const decimalSchema = v.strictObject({
  kind: v.literal('decimal'),
  /** Decimal places: the number counts 10^-scale; 0 to 18. */
  scale: integer('decimal places', 0, limits.decimalScale),
  /** The integer that counts.
   * @default 'i64' */
  base: v.optional(choice(['i32', 'i64', 'u32', 'u64']), 'i64'),
});

const charsSchema = v.strictObject({
  kind: v.literal('chars'),
  /** Bytes of UTF-8, padded with NUL; 1 to 4096. */
  length: integer('bytes', 1, limits.recordBytes),
});

const valueSchema = v.strictObject({
  /** Name of the value, in C++ and in TypeScript. */
  name: text("the name of a value, such as 'bid'"),
  /** The code that stands for it; -2147483648 to 4294967295, and what the base holds. */
  code: integer('code', -(2 ** 31), 2 ** 32 - 1),
});

const enumerationSchema = v.strictObject({
  kind: v.literal('enumeration'),
  /** Name of the type; by default the message's and the field's together. */
  name: v.optional(text("the name of a type, such as 'Side'")),
  /** The integer that it is kept in.
   * @default 'u8' */
  base: v.optional(choice(['u8', 'u16', 'u32', 'i8', 'i16', 'i32']), 'u8'),
  /** The values that have a name; 1 to 1024. Other codes can be read, as 'unknown'. */
  values: v.array(valueSchema),
  /** What it is for: one line for the emitted comments, of at most 1000 characters. */
  doc: v.optional(text('a line of text')),
});

type Scalar = (typeof scalarSchemas)[number]['literal'];
type Words = { name?: string | undefined; doc?: string | undefined };

/** What an array may be of, as a user writes it. */
export type ElementInput =
  | Scalar
  | v.InferInput<typeof decimalSchema>
  | v.InferInput<typeof charsSchema>
  | v.InferInput<typeof enumerationSchema>
  | StructInput;
/** The type of a field, as a user writes it. */
export type TypeInput = ElementInput | { kind: 'array'; of: ElementInput; count: number };
/** A struct as a user writes it. */
export interface StructInput extends Words {
  kind: 'struct';
  fields: { name: string; type: TypeInput; doc?: string | undefined }[];
}

/** What an array may be of, with every default filled in. */
export type CheckedElement =
  | Scalar
  | v.InferOutput<typeof decimalSchema>
  | v.InferOutput<typeof charsSchema>
  | v.InferOutput<typeof enumerationSchema>
  | CheckedStruct;
/** The type of a field, with every default filled in. */
export type CheckedType = CheckedElement | { kind: 'array'; of: CheckedElement; count: number };
/** A struct with every default filled in. */
export interface CheckedStruct extends Words {
  kind: 'struct';
  fields: { name: string; type: CheckedType; doc?: string | undefined }[];
}

/** The type of a field; in a function, because structs refer to it before it is made. */
const nestedType: v.GenericSchema<TypeInput, CheckedType> = v.lazy(() => typeSchema);

const fieldSchema = v.strictObject({
  /** Name of the field, in C++ and in TypeScript. */
  name: text('the name of a field'),
  /** Type of the field: a word such as 'u32', or what `decimal`, `chars`, `enumeration`, `struct`
   * and `array` give. */
  type: nestedType,
  /** What it is for: one line for the emitted comments, of at most 1000 characters. */
  doc: v.optional(text('a line of text')),
});

const structSchema = v.strictObject({
  kind: v.literal('struct'),
  /** Name of the type where it is nested; by default the message's and the field's together. */
  name: v.optional(text("the name of a type, such as 'Level'")),
  /** Fields in their order in memory, with natural alignment. */
  fields: v.array(fieldSchema),
  /** What it is for: one line for the emitted comments, of at most 1000 characters. */
  doc: v.optional(text('a line of text')),
});

const elementKinds = [decimalSchema, charsSchema, enumerationSchema, structSchema] as const;

const elementSchema = oneOf(elementWords, [...scalarSchemas, v.variant('kind', elementKinds)]);

const arraySchema = v.strictObject({
  kind: v.literal('array'),
  /** Type of each element: anything but another array. */
  of: elementSchema,
  /** Elements; 1 to 4096. */
  count: integer('elements', 1, limits.recordBytes),
});

const typeSchema = oneOf(typeWords, [
  ...scalarSchemas,
  v.variant('kind', [...elementKinds, arraySchema]),
]);

/** A fixed-layout record. */
export const messageSchema = structSchema;
