/**
 * The IR of messages: records of a fixed layout, with the place of every field decided, and the
 * types that their fields name.
 */

/** Scalar types a message field may have. */
export type IrScalar =
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 'i8'
  | 'i16'
  | 'i32'
  | 'i64'
  | 'f32'
  | 'f64'
  | 'bool';

/** The integers that a decimal can count in. */
export type IrDecimalBase = 'i32' | 'i64' | 'u32' | 'u64';

/** The integers that an enumeration can be kept in. */
export type IrEnumerationBase = 'u8' | 'u16' | 'u32' | 'i8' | 'i16' | 'i32';

/** What an array may be of. */
export type IrElement =
  | IrScalar
  /** A whole number of 10^-scale. */
  | { kind: 'decimal'; scale: number; base: IrDecimalBase }
  /** UTF-8 in so many bytes, padded with NUL. */
  | { kind: 'chars'; length: number }
  /** One of `enumerations`. */
  | { kind: 'enumeration'; name: string }
  /** One of `structs`, or of `messages`. */
  | { kind: 'struct'; name: string };

/** The type of a field. */
export type IrFieldType = IrElement | { kind: 'array'; of: IrElement; count: number };

/** A field and its place. */
export interface IrField {
  name: string;
  type: IrFieldType;
  offset: number;
  bytes: number;
  /** What the config says about it. */
  doc?: string;
}

/** A fixed-layout record, declared once for C++ and TypeScript. */
export interface IrMessage {
  name: string;
  bytes: number;
  alignment: number;
  /** In declared order; natural alignment. */
  fields: IrField[];
  /** What the config says about it. */
  doc?: string;
}

/** Names for the codes of a field. */
export interface IrEnumeration {
  name: string;
  base: IrEnumerationBase;
  /** In declared order. */
  values: { name: string; code: number }[];
  doc?: string;
}
