/**
 * What declares messages in a `loom.config.ts`: `struct` and the types of its fields. Plain data,
 * as everything in `define.ts`.
 */
import type { IrScalar } from '../schemas/ir.ts';

/** A record as `struct` returns it. */
export interface Struct {
  kind: 'struct';
  fields: { name: string; type: IrScalar }[];
}

/** A fixed-layout record; its fields lie in the order in which they are written. */
export function struct(fields: Readonly<Record<string, IrScalar>>): Struct {
  return {
    kind: 'struct',
    fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
  };
}

/** Unsigned, 8 bits. */
export const u8 = 'u8';
/** Unsigned, 16 bits. */
export const u16 = 'u16';
/** Unsigned, 32 bits. */
export const u32 = 'u32';
/** Unsigned, 64 bits: a bigint in TypeScript. */
export const u64 = 'u64';
/** Signed, 8 bits. */
export const i8 = 'i8';
/** Signed, 16 bits. */
export const i16 = 'i16';
/** Signed, 32 bits. */
export const i32 = 'i32';
/** Signed, 64 bits: a bigint in TypeScript. */
export const i64 = 'i64';
/** IEEE 754 single precision. */
export const f32 = 'f32';
/** IEEE 754 double precision. */
export const f64 = 'f64';
/** One byte, 0 or 1. */
export const bool = 'bool';
