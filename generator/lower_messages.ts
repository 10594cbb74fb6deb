/** Lowers messages: natural alignment, fields in declared order, as a C++ struct lays them out. */
import type { CheckedMessage } from '../schemas/config.ts';
import type { IrMessage, IrScalar } from '../schemas/ir.ts';

/** Bytes of a scalar; also its alignment. */
export const scalarBytes: Record<IrScalar, number> = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
  bool: 1,
};

/** `value` rounded up to a multiple of `alignment`. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** The least power of two that is not below `value`; 1 for 0. */
export function powerOfTwoCeiling(value: number): number {
  return value <= 1 ? 1 : 2 ** Math.ceil(Math.log2(value));
}

/** The layout of one message. */
export function lowerMessage(name: string, message: CheckedMessage): IrMessage {
  let offset = 0;
  let alignment = 1;
  const fields = message.fields.map((field) => {
    const bytes = scalarBytes[field.type];
    const start = alignUp(offset, bytes);
    offset = start + bytes;
    alignment = Math.max(alignment, bytes);
    return { name: field.name, type: field.type, offset: start, bytes };
  });
  return { name, bytes: alignUp(offset, alignment), alignment, fields };
}
