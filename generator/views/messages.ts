/** The views of `messages.hpp` and `messages.ts`: one layout, declared twice. */
import type { Ir, IrMessage, IrScalar } from '../../schemas/ir.ts';
import { bannerLines } from './sentences.ts';
import { commentLines, identifier, integer, maximumColumns } from './text.ts';

/** One field in C++. */
export interface CxxFieldView {
  /** Type, name and initial value: `std::int64_t bid = 0`. */
  declaration: string;
  name: string;
  offset: string;
  /** The whole offset assertion when it fits one line, else it is printed on two. */
  assertion: string[];
}

/** One message in C++. */
export interface CxxMessageView {
  comment: string[];
  name: string;
  fields: CxxFieldView[];
  sizeAssertion: string[];
}

/** The view of `cxx/messages.hpp`. */
export interface CxxMessagesView {
  banner: string[];
  namespace: string;
  messages: CxxMessageView[];
}

/** One field in TypeScript. */
export interface TypescriptFieldView {
  name: string;
  type: 'number' | 'bigint' | 'boolean';
  /** The expression that reads it. */
  read: string;
  /** Whether its getter fits one line. */
  fits: boolean;
}

/** One message in TypeScript. */
export interface TypescriptMessageView {
  comment: string[];
  name: string;
  fields: TypescriptFieldView[];
}

/** The view of `ts/messages.ts`. */
export interface TypescriptMessagesView {
  banner: string[];
  /** Path of the runtime's folder from this file. */
  runtime: string;
  messages: TypescriptMessageView[];
}

const cxxTypes: Record<IrScalar, string> = {
  u8: 'std::uint8_t',
  u16: 'std::uint16_t',
  u32: 'std::uint32_t',
  u64: 'std::uint64_t',
  i8: 'std::int8_t',
  i16: 'std::int16_t',
  i32: 'std::int32_t',
  i64: 'std::int64_t',
  f32: 'float',
  f64: 'double',
  bool: 'bool',
};

const viewMethods: Record<Exclude<IrScalar, 'bool'>, string> = {
  u8: 'getUint8',
  u16: 'getUint16',
  u32: 'getUint32',
  u64: 'getBigUint64',
  i8: 'getInt8',
  i16: 'getInt16',
  i32: 'getInt32',
  i64: 'getBigInt64',
  f32: 'getFloat32',
  f64: 'getFloat64',
};

/** The C++ declarations of some messages of a program. */
export function cxxMessagesView(ir: Ir, messages: readonly IrMessage[]): CxxMessagesView {
  return {
    banner: bannerLines(ir, '// '),
    namespace: identifier(ir.name),
    messages: messages.map(cxxMessage),
  };
}

function cxxMessage(message: IrMessage): CxxMessageView {
  const name = identifier(message.name);
  const size = `sizeof(${name}) == ${integer(message.bytes)}`;
  const alignment = `alignof(${name}) == ${integer(message.alignment)}`;
  return {
    comment: commentLines('/// ', messageSentence(message)),
    name,
    fields: message.fields.map((field) => {
      const initial = field.type === 'bool' ? 'false' : '0';
      const fieldName = identifier(field.name);
      const offset = integer(field.offset);
      return {
        declaration: `${cxxTypes[field.type]} ${fieldName} = ${initial}`,
        name: fieldName,
        offset,
        assertion: assertion(`offsetof(${name}, ${fieldName}) == ${offset}`),
      };
    }),
    sizeAssertion: assertion(`${size} && ${alignment}`),
  };
}

/** A static_assert in as many lines as clang-format gives it. */
function assertion(condition: string): string[] {
  const whole = `static_assert(${condition});`;
  if (whole.length <= maximumColumns) return [whole];
  const cut = condition.lastIndexOf(' == ') + 3;
  const indent = ' '.repeat('static_assert('.length);
  return [`static_assert(${condition.slice(0, cut)}`, `${indent}${condition.slice(cut + 1)});`];
}

function messageSentence(message: IrMessage): string {
  return `messages.${message.name} - ${integer(message.bytes)} bytes, the same in TypeScript.`;
}

/** The TypeScript declarations of some messages of a program. */
export function typescriptMessagesView(
  ir: Ir,
  messages: readonly IrMessage[],
  runtime: string,
): TypescriptMessagesView {
  return {
    banner: bannerLines(ir, '// '),
    runtime,
    messages: messages.map((message) => ({
      comment: commentLines(' * ', `messages.${message.name} - ${message.bytes} bytes.`),
      name: identifier(message.name),
      fields: message.fields.map(typescriptField),
    })),
  };
}

function typescriptField(field: IrMessage['fields'][number]): TypescriptFieldView {
  const name = identifier(field.name);
  const type = typescriptType(field.type);
  const at = field.offset === 0 ? 'this.$at' : `this.$at + ${integer(field.offset)}`;
  const order = field.bytes === 1 ? '' : ', true';
  const read =
    field.type === 'bool'
      ? `this.$view.getUint8(${at}) !== 0`
      : `this.$view.${viewMethods[field.type]}(${at}${order})`;
  const line = `  get ${name}(): ${type} { return ${read}; }`;
  return { name, type, read, fits: line.length <= maximumColumns };
}

/** What a scalar is in TypeScript: 64-bit integers are never doubles. */
function typescriptType(type: IrScalar): TypescriptFieldView['type'] {
  if (type === 'bool') return 'boolean';
  return type === 'u64' || type === 'i64' ? 'bigint' : 'number';
}
