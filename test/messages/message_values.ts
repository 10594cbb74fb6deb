/**
 * Values for messages of any layout: random ones with the edges of each type, the same as words for
 * the C++ side, and as the plain object that `toObject()` gives.
 */
import fc from 'fast-check';
import { codeRange, scalarBytes } from '../../generator/message_types.ts';
import type { Ir, IrField, IrFieldType, IrMessage, IrScalar } from '../../schemas/ir.ts';
import { withPoint } from '../../templates/bindings/exact.ts';

/** What one field holds: decimals are counts, enumerations codes. */
export type Value = number | bigint | boolean | string | Value[] | { [field: string]: Value };

/** Least and greatest of an integer. */
function rangeOf(type: IrScalar): [bigint, bigint] {
  const bits = BigInt(scalarBytes[type] * 8);
  return type.startsWith('i')
    ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
    : [0n, (1n << bits) - 1n];
}

/** True when the integer is a bigint in TypeScript. */
export const isWide = (type: string): boolean => type === 'u64' || type === 'i64';

function integerOf(type: IrScalar): fc.Arbitrary<Value> {
  const [min, max] = rangeOf(type);
  const edges = [min, max, 0n, 1n, min + 1n, max / 2n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n];
  const values = fc.oneof(
    fc.constantFrom(...edges.filter((edge) => edge >= min && edge <= max)),
    fc.bigInt({ min, max }),
  );
  return isWide(type) ? values : values.map(Number);
}

const float64 = fc.oneof(fc.double(), fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, 5e-324));
const float32 = fc.oneof(
  fc.float(),
  fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, Math.fround(1e-45)),
);

/** Text of at most so many bytes, often of exactly so many. */
function textOf(length: number): fc.Arbitrary<string> {
  const isFit = (text: string) => Buffer.byteLength(text) <= length && !text.includes('\0');
  const whole = fc.string({ minLength: length, maxLength: length }).filter(isFit);
  const wide = fc.string({ unit: 'binary', maxLength: length }).map((text) => {
    let fit = text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '');
    while (!isFit(fit)) fit = [...fit].slice(0, -1).join('');
    return fit;
  });
  return fc.oneof(fc.constant(''), whole, wide);
}

/** The types of a program, to look names up. */
export class Types {
  readonly structs: ReadonlyMap<string, IrMessage>;
  readonly enumerations: ReadonlyMap<string, NonNullable<Ir['enumerations']>[number]>;

  constructor(ir: Ir) {
    const structs = [...ir.messages, ...(ir.structs ?? [])];
    this.structs = new Map(structs.map((each) => [each.name, each]));
    this.enumerations = new Map((ir.enumerations ?? []).map((each) => [each.name, each]));
  }

  /** The fields of a struct. */
  fields(name: string): readonly IrField[] {
    return this.structs.get(name)?.fields ?? [];
  }

  /** Values of a type. */
  arbitrary(type: IrFieldType): fc.Arbitrary<Value> {
    if (type === 'bool') return fc.boolean();
    if (type === 'f32') return float32;
    if (type === 'f64') return float64;
    if (typeof type === 'string') return integerOf(type);
    switch (type.kind) {
      case 'decimal':
        return integerOf(type.base);
      case 'chars':
        return textOf(type.length);
      case 'enumeration': {
        const { base = 'u8', values = [] } = this.enumerations.get(type.name) ?? {};
        const [min, max] = codeRange(base);
        const known = fc.constantFrom(...values.map(({ code }) => code));
        return fc.oneof(
          known,
          fc.constantFrom(min, max),
          fc.integer({ min: Math.max(min, -1e9), max: Math.min(max, 1e9) }),
        );
      }
      case 'struct': {
        const fields: Record<string, fc.Arbitrary<Value>> = {};
        for (const { name, type: inner } of this.fields(type.name)) {
          fields[name] = this.arbitrary(inner);
        }
        return fc.record(fields);
      }
      case 'array':
        return fc.array(this.arbitrary(type.of), { minLength: type.count, maxLength: type.count });
    }
  }

  /** The name of a code. */
  nameOf(enumeration: string, code: number): string {
    const values = this.enumerations.get(enumeration)?.values ?? [];
    return values.find((each) => each.code === code)?.name ?? 'unknown';
  }

  /** A value as the words that codec.hpp reads and writes. */
  words(type: IrFieldType, value: Value): string[] {
    if (typeof type === 'string') return [scalarWord(type, value)];
    switch (type.kind) {
      case 'decimal':
        return [withPoint(String(value), type.scale)];
      case 'chars':
        return [`x${Buffer.from(value as string).toString('hex')}`];
      case 'enumeration':
        return [`${value as number}:${this.nameOf(type.name, value as number)}`];
      case 'array':
        return (value as Value[]).flatMap((each) => this.words(type.of, each));
      case 'struct':
        return this.fields(type.name).flatMap((field) =>
          this.words(field.type, (value as Record<string, Value>)[field.name] as Value),
        );
    }
  }

  /** A value as `toObject()` gives it: decimals are text, enumerations names. */
  plain(type: IrFieldType, value: Value): Value {
    if (typeof type === 'string' || type.kind === 'chars') return value;
    switch (type.kind) {
      case 'decimal':
        return withPoint(String(value), type.scale);
      case 'enumeration':
        return this.nameOf(type.name, value as number);
      case 'array':
        return (value as Value[]).map((each) => this.plain(type.of, each));
      case 'struct':
        return Object.fromEntries(
          this.fields(type.name).map(({ name, type: inner }) => [
            name,
            this.plain(inner, (value as Record<string, Value>)[name] as Value),
          ]),
        );
    }
  }
}

function scalarWord(type: IrScalar, value: Value): string {
  if (type === 'bool') return value === true ? '1' : '0';
  if (type !== 'f32' && type !== 'f64') return String(value);
  const view = new DataView(new ArrayBuffer(8));
  if (type === 'f64') {
    view.setFloat64(0, value as number);
    return view.getBigUint64(0).toString(16);
  }
  view.setFloat32(0, value as number);
  return view.getUint32(0).toString(16);
}
