/** The IR of messages: records of a fixed layout, with the place of every field decided. */

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

/** A fixed-layout record, declared once for C++ and TypeScript. */
export interface IrMessage {
  name: string;
  bytes: number;
  alignment: number;
  /** In declared order; natural alignment. */
  fields: { name: string; type: IrScalar; offset: number; bytes: number }[];
}
