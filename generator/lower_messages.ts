/**
 * Lowers messages: natural alignment, fields in declared order, as a C++ struct lays
 * them out. What is nested in them gets its place in lists of its own, each type once.
 */
import type { CheckedStruct, CheckedType } from '../schemas/config_messages.ts';
import type {
  Ir,
  IrElement,
  IrEnumeration,
  IrField,
  IrFieldType,
  IrMessage,
} from '../schemas/ir.ts';
import { byName } from './case.ts';
import {
  layoutOf,
  namedTypes,
  nestedName,
  placed,
  type CheckedEnumeration,
} from './message_types.ts';

/** The least power of two that is not below `value`; 1 for 0. */
export function powerOfTwoCeiling(value: number): number {
  return value <= 1 ? 1 : 2 ** Math.ceil(Math.log2(value));
}

const documented = (doc: string | undefined) => (doc === undefined ? {} : { doc });

function lowerElement(
  owner: string,
  field: string,
  type: Exclude<CheckedType, { kind: 'array' }>,
): IrElement {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'chars':
      return { kind: 'chars', length: type.length };
    case 'decimal':
      return { kind: 'decimal', scale: type.scale, base: type.base };
    default:
      return { kind: type.kind, name: nestedName(owner, field, type) };
  }
}

function lowerType(owner: string, field: string, type: CheckedType): IrFieldType {
  if (typeof type === 'string' || type.kind !== 'array') return lowerElement(owner, field, type);
  return { kind: 'array', of: lowerElement(owner, field, type.of), count: type.count };
}

/** The layout of one message or struct. */
export function lowerMessage(name: string, struct: CheckedStruct): IrMessage {
  const { offsets, layout } = placed(struct);
  const fields = struct.fields.map(
    (field, index): IrField => ({
      name: field.name,
      type: lowerType(name, field.name, field.type),
      offset: offsets[index] ?? 0,
      bytes: layoutOf(field.type).bytes,
      ...documented(field.doc),
    }),
  );
  return { name, ...layout, fields, ...documented(struct.doc) };
}

/** The names of one enumeration. */
export function lowerEnumeration(
  name: string,
  { base, values, doc }: CheckedEnumeration,
): IrEnumeration {
  const pairs = values.map((value) => ({ name: value.name, code: value.code }));
  return { name, base, values: pairs, ...documented(doc) };
}

/** The messages of a program by name, and the types in them. */
export function lowerMessages(
  messages: Readonly<Record<string, CheckedStruct>>,
): Pick<Ir, 'messages' | 'structs' | 'enumerations'> {
  const structs = new Map<string, IrMessage>();
  const enumerations = new Map<string, IrEnumeration>();
  for (const { name, type } of namedTypes(messages)) {
    if (type.kind === 'struct') structs.set(name, lowerMessage(name, type));
    else enumerations.set(name, lowerEnumeration(name, type));
  }
  const all = [...structs.values()].sort((a, b) => byName(a.name, b.name));
  const nested = all.filter(({ name }) => !Object.hasOwn(messages, name));
  return {
    messages: all.filter(({ name }) => Object.hasOwn(messages, name)),
    ...(nested.length > 0 && { structs: nested }),
    ...(enumerations.size > 0 && {
      enumerations: [...enumerations.values()].sort((a, b) => byName(a.name, b.name)),
    }),
  };
}
