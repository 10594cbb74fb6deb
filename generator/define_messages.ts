/**
 * What declares messages in a `loom.config.ts`: `struct` and the types of its fields. Plain data,
 * as everything in `define.ts`. The types remember what they were made of, so that the rest of a
 * config can name a field and be wrong about it in the editor.
 */
import type { IrDecimalBase, IrEnumerationBase, IrScalar } from '../schemas/ir.ts';

/** Where a struct keeps its fields for the type checker; no value has it. */
declare const fieldTypes: unique symbol;

/** A number that counts 10^-scale, as `decimal` returns it. */
export interface Decimal<Scale extends number = number, Base extends string = IrDecimalBase> {
  kind: 'decimal';
  scale: Scale;
  base: Base & IrDecimalBase;
}

/** A text of at most so many bytes, as `chars` returns it. */
export interface Chars<Length extends number = number> {
  kind: 'chars';
  length: Length;
}

/** Names for codes, as `enumeration` returns them. */
export interface Enumeration<Value extends string = string> {
  kind: 'enumeration';
  values: { name: Value; code: number }[];
  base?: IrEnumerationBase;
  name?: string;
  doc?: string;
}

/** So many of one type, as `array` returns it. */
export interface FixedArray<Of extends ElementType = ElementType, Count extends number = number> {
  kind: 'array';
  of: Of;
  count: Count;
}

/** What an array may be of. */
export type ElementType = IrScalar | Decimal | Chars | Enumeration | Struct;

/** The type of a field. */
export type FieldType = ElementType | FixedArray;

/** A type with what `doc` says about the field. */
export interface Documented<Type extends FieldType = FieldType> {
  kind: 'documented';
  type: Type;
  doc: string;
}

/** The fields of a struct by name. */
export type StructFields = Readonly<Record<string, FieldType | Documented>>;

/** A record as `struct` returns it. */
export interface Struct<Fields extends StructFields = StructFields> {
  kind: 'struct';
  fields: { name: string; type: FieldType; doc?: string }[];
  name?: string;
  doc?: string;
  readonly [fieldTypes]?: Fields;
}

/** The names of the fields of a struct. */
export type FieldName<Of extends Struct> =
  Of extends Struct<infer Fields> ? keyof Fields & string : never;

/** What `struct` and `enumeration` may be told besides what is in them. */
export interface TypeOptions {
  /** Name of the type in C++ and TypeScript. By default a message has its key, and what is nested
   * the names of its struct and its field together: `side` of `Trade` is a `TradeSide`. One value
   * that is used at two places needs a name to be one type. */
  name?: string;
  /** What it is for: one line of at most 1000 characters, for the emitted comments. */
  doc?: string;
}

/** What `enumeration` may be told besides its values. */
export interface EnumerationOptions extends TypeOptions {
  /** The integer that it is kept in.
   * @default 'u8' */
  base?: IrEnumerationBase;
}

/**
 * A fixed-layout record: at most 4096 bytes, its fields in the order in which they are written,
 * with the natural alignment of C. Structs nest, 8 deep at most.
 */
export function struct<const Fields extends StructFields>(
  fields: Fields,
  options: TypeOptions = {},
): Struct<Fields> {
  const named = Object.entries(fields).map(([name, field]) => {
    if (typeof field !== 'object' || field.kind !== 'documented') return { name, type: field };
    return { name, type: field.type, doc: field.doc };
  });
  return { kind: 'struct', fields: named, ...options };
}

/** A field with one line of at most 1000 characters about it, for the emitted comments. */
export function doc<const Type extends FieldType>(type: Type, text: string): Documented<Type> {
  return { kind: 'documented', type, doc: text };
}

/**
 * An exact decimal: a whole number of 10^-scale, 0 to 18 places, in an i64 unless `base` says
 * otherwise. `decimal(8)` holds prices from -92233720368.54775808 to 92233720368.54775807.
 */
export function decimal<const Scale extends number, const Base extends IrDecimalBase = 'i64'>(
  scale: Scale,
  base?: Base,
): Decimal<Scale, Base> {
  return { kind: 'decimal', scale, base: (base ?? 'i64') as Base };
}

/** Text of at most `length` bytes of UTF-8, padded with NUL; 1 to 4096. */
export function chars<const Length extends number>(length: Length): Chars<Length> {
  return { kind: 'chars', length };
}

/**
 * Names for the codes of a field: `enumeration(['bid', 'ask'])` counts from 0,
 * `enumeration({ buy: 66, sell: 83 })` says each code. Codes without a name can be read: their name
 * is 'unknown'. At most 1024 values, in a u8 unless `base` says otherwise.
 */
export function enumeration<const Value extends string>(
  values: readonly Value[],
  options?: EnumerationOptions,
): Enumeration<Value>;
export function enumeration<const Value extends string>(
  values: Readonly<Record<Value, number>>,
  options?: EnumerationOptions,
): Enumeration<Value>;
export function enumeration(
  values: readonly string[] | Readonly<Record<string, number>>,
  options: EnumerationOptions = {},
): Enumeration {
  const named: [string, number][] = Array.isArray(values)
    ? values.map((name: string, code) => [name, code])
    : Object.entries(values);
  return {
    kind: 'enumeration',
    values: named.map(([name, code]) => ({ name, code })),
    ...options,
  };
}

/** `count` elements of one type, 1 to 4096: anything but another array. */
export function array<const Of extends ElementType, const Count extends number>(
  of: Of,
  count: Count,
): FixedArray<Of, Count> {
  return { kind: 'array', of, count };
}

/** Unsigned, 8 bits. */
export const u8 = 'u8';
/** Unsigned, 16 bits. */
export const u16 = 'u16';
/** Unsigned, 32 bits. */
export const u32 = 'u32';
/** Unsigned, 64 bits: in TypeScript a bigint, two halves or text. */
export const u64 = 'u64';
/** Signed, 8 bits. */
export const i8 = 'i8';
/** Signed, 16 bits. */
export const i16 = 'i16';
/** Signed, 32 bits. */
export const i32 = 'i32';
/** Signed, 64 bits: in TypeScript a bigint, two halves or text. */
export const i64 = 'i64';
/** IEEE 754 single precision. */
export const f32 = 'f32';
/** IEEE 754 double precision. */
export const f64 = 'f64';
/** One byte, 0 or 1. */
export const bool = 'bool';
