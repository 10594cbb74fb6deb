/**
 * The types that the messages of a config are made of: what a type takes in memory, and the structs
 * and enumerations that need a name of their own in C++ and TypeScript. `check` and `lower` walk
 * messages the same way.
 */
import type { CheckedElement, CheckedStruct, CheckedType } from '../schemas/config_messages.ts';
import type { IrEnumerationBase, IrScalar } from '../schemas/ir.ts';
import { limits } from '../schemas/limits.ts';
import { entriesByName, pascalCase } from './case.ts';
import type { ConfigPath } from './report/diagnostic.ts';

/** A checked enumeration. */
export type CheckedEnumeration = Extract<CheckedElement, { kind: 'enumeration' }>;

/** A type with a name, and where it stands. */
export interface NamedType {
  name: string;
  /** Whether the config gives the name itself; else it follows from the field. */
  isGiven: boolean;
  type: CheckedStruct | CheckedEnumeration;
  path: ConfigPath;
  /** Structs around it; 0 is a message. */
  depth: number;
}

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

/** Bytes and alignment of a type. */
export interface Layout {
  bytes: number;
  alignment: number;
}

/** `value` rounded up to a multiple of `alignment`. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** What a type takes in memory, with the natural alignment of C. */
export function layoutOf(type: CheckedType): Layout {
  if (typeof type === 'string') return { bytes: scalarBytes[type], alignment: scalarBytes[type] };
  switch (type.kind) {
    case 'chars':
      return { bytes: type.length, alignment: 1 };
    case 'decimal':
    case 'enumeration':
      return { bytes: scalarBytes[type.base], alignment: scalarBytes[type.base] };
    case 'struct':
      return placed(type).layout;
    case 'array': {
      const { bytes, alignment } = layoutOf(type.of);
      return { bytes: bytes * type.count, alignment };
    }
  }
}

/** Where each field of a struct begins, and what the whole takes. */
export function placed(struct: CheckedStruct): { offsets: number[]; layout: Layout } {
  let end = 0;
  let alignment = 1;
  const offsets = struct.fields.map((field) => {
    const layout = layoutOf(field.type);
    const start = alignUp(end, layout.alignment);
    end = start + layout.bytes;
    alignment = Math.max(alignment, layout.alignment);
    return start;
  });
  return { offsets, layout: { bytes: alignUp(end, alignment), alignment } };
}

/** The name of a type that is nested as a field of `owner`. */
export function nestedName(
  owner: string,
  field: string,
  type: CheckedStruct | CheckedEnumeration,
): string {
  return type.name ?? `${owner}${pascalCase(field)}`;
}

/** The struct or enumeration that a field has, or its elements are. */
export function namedIn(type: CheckedType): CheckedStruct | CheckedEnumeration | undefined {
  const element = typeof type === 'object' && type.kind === 'array' ? type.of : type;
  if (typeof element === 'string') return undefined;
  return element.kind === 'struct' || element.kind === 'enumeration' ? element : undefined;
}

function walk(owner: NamedType, found: NamedType[]): void {
  found.push(owner);
  // One level too deep is found, so that it can be reported; what is deeper still is not.
  if (owner.type.kind !== 'struct' || owner.depth >= limits.nestedStructs) return;
  owner.type.fields.forEach((field, index) => {
    const type = namedIn(field.type);
    if (type === undefined) return;
    const isArray = typeof field.type === 'object' && field.type.kind === 'array';
    const path = [...owner.path, 'fields', index, 'type', ...(isArray ? ['of'] : [])];
    const name = nestedName(owner.name, field.name, type);
    const isGiven = type.name !== undefined;
    walk({ name, isGiven, type, path, depth: owner.depth + 1 }, found);
  });
}

/** Every struct and enumeration: messages by name, each before what is nested in it. */
export function namedTypes(messages: Readonly<Record<string, CheckedStruct>>): NamedType[] {
  const found: NamedType[] = [];
  for (const [name, type] of entriesByName(messages)) {
    walk({ name, isGiven: true, type, path: ['messages', name], depth: 0 }, found);
  }
  return found;
}

/** The least and the greatest code of an enumeration. */
export function codeRange(base: IrEnumerationBase): [minimum: number, maximum: number] {
  const bits = scalarBytes[base] * 8;
  return base.startsWith('i') ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/**
 * Members that the emitted TypeScript has for a field besides the one with its name: halves and
 * text of 64-bit numbers, the code of an enumeration, the length and the setter of an array.
 */
export function derivedMembers(name: string, type: CheckedType): string[] {
  const isArray = typeof type === 'object' && type.kind === 'array';
  const element = isArray ? type.of : type;
  const kind = typeof element === 'string' ? element : element.kind;
  const suffixes = isArray ? ['Length'] : [];
  if (kind === 'u64' || kind === 'i64' || kind === 'decimal') suffixes.push('High', 'Low', 'Text');
  if (kind === 'chars') suffixes.push('Text');
  if (kind === 'enumeration') suffixes.push('Code');
  const setters = isArray && kind !== 'struct' ? [`set${pascalCase(name)}`] : [];
  if (isArray && kind === 'enumeration') setters.push(`set${pascalCase(name)}Code`);
  return [...suffixes.map((suffix) => `${name}${suffix}`), ...setters];
}
