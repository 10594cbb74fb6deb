/** The view of `bindings/writers.ts`: what writes messages that JavaScript posts. */
import type { Ir, IrMessage, IrScalar } from '../../schemas/ir.ts';
import { bannerLines } from './sentences.ts';
import { commentLines, identifier, integer } from './text.ts';

/** One field of a writer. */
export interface WriterFieldView {
  name: string;
  type: 'number' | 'bigint' | 'boolean';
  /** The call that writes it. */
  write: string;
}

/** One message's writer. */
export interface WriterView {
  comment: string[];
  name: string;
  fields: WriterFieldView[];
}

/** The view of `ts/writers.ts`. */
export interface WritersView {
  banner: string[];
  messages: WriterView[];
}

/** The messages that JavaScript posts. */
export function postedMessages(ir: Ir): IrMessage[] {
  const posted = ir.reactors.flatMap(({ received = [] }) =>
    received.filter(({ from }) => from === undefined).map(({ message }) => message),
  );
  return ir.messages.filter(({ name }) => posted.includes(name));
}

/** The class that writes a message. */
export function writerName(message: string): string {
  return `${identifier(message)}Writer`;
}

/** Describes the writers of a program. */
export function writersView(ir: Ir): WritersView {
  return {
    banner: bannerLines(ir, '// '),
    messages: postedMessages(ir).map((message) => ({
      comment: commentLines(' * ', `Writes messages.${message.name} where it will be read.`),
      name: writerName(message.name),
      fields: message.fields.map(({ name, type, offset }) => ({
        name: identifier(name),
        type:
          type === 'bool' ? 'boolean' : type.endsWith('64') && type !== 'f64' ? 'bigint' : 'number',
        write: writeCall(type, offset),
      })),
    })),
  };
}

const setters: Record<IrScalar, string> = {
  u8: 'setUint8',
  u16: 'setUint16',
  u32: 'setUint32',
  u64: 'setBigUint64',
  i8: 'setInt8',
  i16: 'setInt16',
  i32: 'setInt32',
  i64: 'setBigInt64',
  f32: 'setFloat32',
  f64: 'setFloat64',
  bool: 'setUint8',
};

function writeCall(type: IrScalar, offset: number): string {
  const at = offset === 0 ? 'this.$at' : `this.$at + ${integer(offset)}`;
  const value = type === 'bool' ? 'value ? 1 : 0' : 'value';
  return `${setters[type]}(${at}, ${value}${/8|bool/.test(type) ? '' : ', true'})`;
}
