/**
 * Reads and writes messages through every emitted member, whatever the layout: by the names that
 * the generator promises for the type of each field.
 */
import { pascalCase } from '../../generator/case.ts';
import type { IrElement, IrFieldType } from '../../schemas/ir.ts';
import { withPoint } from '../../templates/bindings/exact.ts';
import { isWide, type Types, type Value } from './message_values.ts';

type Members = Record<string, unknown>;
type Indexed = (...given: unknown[]) => unknown;

/** A getter, or the method with an index that an array has instead. */
function got(object: Members, name: string, index?: number): unknown {
  if (index === undefined) return object[name];
  return (object[name] as Indexed).call(object, index);
}

function called(object: Members, name: string, index?: number): unknown {
  return (object[name] as Indexed).call(object, ...(index === undefined ? [] : [index]));
}

/** What a 64-bit number says as halves and as text must be what it says as a bigint. */
function checkWide(reader: Members, name: string, value: bigint, scale: number, index?: number) {
  const high = got(reader, `${name}High`, index) as number;
  const low = got(reader, `${name}Low`, index) as number;
  const text = called(reader, `${name}Text`, index);
  if ((BigInt(high) << 32n) + BigInt(low) !== value || text !== withPoint(String(value), scale)) {
    throw new Error(`${name}: ${value} has the halves ${high} and ${low} and the text ${text}`);
  }
}

function readElement(
  types: Types,
  type: IrElement,
  reader: Members,
  name: string,
  index?: number,
): Value {
  if (typeof type === 'string') {
    const value = got(reader, name, index) as Value;
    if (isWide(type)) checkWide(reader, name, value as bigint, 0, index);
    return value;
  }
  switch (type.kind) {
    case 'decimal': {
      const value = got(reader, name, index) as number | bigint;
      if (isWide(type.base)) checkWide(reader, name, value as bigint, type.scale, index);
      else if (called(reader, `${name}Text`, index) !== withPoint(String(value), type.scale)) {
        throw new Error(`${name}Text() is not ${value}`);
      }
      return value;
    }
    case 'chars':
      return called(reader, `${name}Text`, index) as string;
    case 'enumeration': {
      const code = got(reader, `${name}Code`, index) as number;
      if (got(reader, name, index) !== types.nameOf(type.name, code)) {
        throw new Error(`${name} has another name than its code ${code}`);
      }
      return code;
    }
    case 'struct':
      return readStruct(types, type.name, got(reader, name, index) as Members);
  }
}

/** Every field of a struct, read by all the members it has. */
export function readStruct(types: Types, struct: string, reader: Members): Record<string, Value> {
  return Object.fromEntries(
    types.fields(struct).map(({ name, type }) => {
      if (typeof type === 'string' || type.kind !== 'array') {
        return [name, readElement(types, type, reader, name)];
      }
      const length = reader[`${name}Length`] as number;
      if (length !== type.count) throw new Error(`${name}Length is ${length}`);
      const elements = Array.from({ length }, (_, index) =>
        readElement(types, type.of, reader, name, index),
      );
      return [name, elements];
    }),
  );
}

/** The forms in which a value may be given to a writer, by turns. */
function given(types: Types, type: IrElement, value: Value, turn: number): [suffix: string, Value] {
  if (typeof type === 'string') {
    const isSafe = typeof value === 'bigint' && Number.isSafeInteger(Number(value));
    return ['', isSafe && turn % 2 === 0 ? Number(value) : value];
  }
  if (type.kind === 'decimal' && turn % 2 === 0) return ['', withPoint(String(value), type.scale)];
  if (type.kind !== 'enumeration') return ['', value];
  const name = types.nameOf(type.name, value as number);
  return name === 'unknown' || turn % 2 === 0 ? ['Code', value] : ['', name];
}

function writeElement(
  types: Types,
  type: IrElement,
  writer: Members,
  name: string,
  value: Value,
  turn: number,
  index?: number,
): void {
  if (typeof type === 'object' && type.kind === 'struct') {
    writeStruct(
      types,
      type.name,
      got(writer, name, index) as Members,
      value as Record<string, Value>,
      turn,
    );
    return;
  }
  const [suffix, form] = given(types, type, value, turn);
  if (index === undefined) writer[`${name}${suffix}`] = form;
  else (writer[`set${pascalCase(name)}${suffix}`] as Indexed).call(writer, index, form);
}

/** Writes every field of a struct; `turn` chooses among the forms that a value may have. */
export function writeStruct(
  types: Types,
  struct: string,
  writer: Members,
  value: Record<string, Value>,
  turn: number,
): void {
  types.fields(struct).forEach(({ name, type }, position) => {
    const field = value[name] as Value;
    const form = turn + position;
    if (isArray(type)) {
      (field as Value[]).forEach((each, index) => {
        writeElement(types, type.of, writer, name, each, form + index, index);
      });
    } else {
      writeElement(types, type, writer, name, field, form);
    }
  });
}

function isArray(type: IrFieldType): type is Extract<IrFieldType, { kind: 'array' }> {
  return typeof type === 'object' && type.kind === 'array';
}
