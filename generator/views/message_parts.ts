/**
 * Messages, nested structs and enumerations as parts of emitted files: each after what it uses, and
 * the words that documentation has for the type of a field.
 */
import type {
  Ir,
  IrElement,
  IrEnumeration,
  IrField,
  IrFieldType,
  IrMessage,
} from '../../schemas/ir.ts';
import { integer, listed } from './text.ts';

/** One type that is emitted. */
export type MessagePart =
  | { kind: 'struct'; name: string; struct: IrMessage; isMessage: boolean }
  | { kind: 'enumeration'; name: string; enumeration: IrEnumeration };

/** What a field is one or many of. */
export function elementOf(type: IrFieldType): IrElement {
  return typeof type === 'object' && type.kind === 'array' ? type.of : type;
}

/** The elements of an array; undefined for anything else. */
export function countOf(type: IrFieldType): number | undefined {
  return typeof type === 'object' && type.kind === 'array' ? type.count : undefined;
}

/** Bytes of one element of a field. */
export function elementBytes(field: IrField): number {
  return field.bytes / (countOf(field.type) ?? 1);
}

/** Names of the types that the fields of a part have, sorted, each once. */
export function usedNames(part: MessagePart, kind: 'struct' | 'enumeration'): string[] {
  if (part.kind === 'enumeration') return [];
  const elements = part.struct.fields.map(({ type }) => elementOf(type));
  const named = elements.flatMap((element) =>
    typeof element === 'object' && element.kind === kind ? [element.name] : [],
  );
  return [...new Set(named)].sort();
}

/** Every type of a program: enumerations first, each struct after those in it. */
export function messageParts(ir: Ir): MessagePart[] {
  const structs = new Map<string, MessagePart>();
  for (const struct of ir.structs ?? []) {
    structs.set(struct.name, { kind: 'struct', name: struct.name, struct, isMessage: false });
  }
  for (const struct of ir.messages) {
    structs.set(struct.name, { kind: 'struct', name: struct.name, struct, isMessage: true });
  }
  const ordered = new Set<MessagePart>();
  const add = (name: string): void => {
    const part = structs.get(name);
    if (part === undefined || ordered.has(part)) return;
    for (const used of usedNames(part, 'struct')) add(used);
    ordered.add(part);
  };
  for (const name of [...structs.keys()].sort()) add(name);
  const enumerations = (ir.enumerations ?? []).map((enumeration): MessagePart => {
    return { kind: 'enumeration', name: enumeration.name, enumeration };
  });
  return [...enumerations, ...ordered];
}

/** A type in a few words: `decimal(8) in i64`, `10 x Level`. */
export function describeType(type: IrFieldType): string {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'decimal':
      return `decimal(${integer(type.scale)}) in ${type.base}`;
    case 'chars':
      return `chars(${integer(type.length)})`;
    case 'array':
      return `${integer(type.count)} x ${describeType(type.of)}`;
    default:
      return type.name;
  }
}

/** What a part is, in a sentence with its config path first. */
export function partSentence(part: MessagePart): string {
  const { doc } = part.kind === 'struct' ? part.struct : part.enumeration;
  const more = doc === undefined ? '' : ` ${doc}`;
  if (part.kind === 'enumeration') {
    const { base, values } = part.enumeration;
    const names = values.length > 8 ? `${values.length} values` : listed(values.map((v) => v.name));
    return `${part.name} - ${names}, in ${base}.${more}`;
  }
  const { bytes } = part.struct;
  const place = part.isMessage ? `messages.${part.name}` : `${part.name}, nested in messages`;
  return `${place} - ${integer(bytes)} bytes, the same in C++ and TypeScript.${more}`;
}
