/**
 * The members that emitted readers and writers have for one field: every one reads or writes at a
 * fixed distance from where the message is. Values of 64 bits are bigints, pairs of numbers or
 * text, never doubles.
 */
import type { IrElement, IrField, IrScalar } from '../../schemas/ir.ts';
import { pascalCase } from '../case.ts';
import { countOf, elementBytes, elementOf } from './message_parts.ts';
import { identifier, integer, maximumColumns, typescriptString } from './text.ts';
import { member } from './typescript_layout.ts';

/** What the runtime offers to members, by the module it is in. */
export const memberImports: Readonly<Record<string, readonly string[]>> = {
  'exact.ts': ['decimalText', 'wholeText', 'withPoint'],
  'message_view.ts': ['checkedIndex'],
  'message_writer.ts': [
    'checkedCount',
    'checkedDecimal',
    'checkedFlag',
    'checkedNumber',
    'checkedWhole',
  ],
};

/** Methods of DataView, without `get` or `set`; those of one byte take no byte order. */
const viewMethods: Record<Exclude<IrScalar, 'bool'>, string> = {
  u8: 'Uint8',
  u16: 'Uint16',
  u32: 'Uint32',
  u64: 'BigUint64',
  i8: 'Int8',
  i16: 'Int16',
  i32: 'Int32',
  i64: 'BigInt64',
  f32: 'Float32',
  f64: 'Float64',
};

/** The least and the greatest of an integer that fits a number. */
const ranges: Partial<Record<IrScalar, string>> = {
  u8: '0, 255',
  u16: '0, 65535',
  u32: '0, 4294967295',
  i8: '-128, 127',
  i16: '-32768, 32767',
  i32: '-2147483648, 2147483647',
};

const methodOf = (type: IrScalar): string => viewMethods[type === 'bool' ? 'u8' : type];
const order = (type: IrScalar): string => (/8$|^bool$/.test(type) ? '' : ', true');
const readAt = (type: IrScalar, at: string): string =>
  `this.$view.get${methodOf(type)}(${at}${order(type)})`;
const writeAt = (type: IrScalar, at: string, value: string): string =>
  `this.$view.set${methodOf(type)}(${at}, ${value}${order(type)})`;
const isWide = (type: string): boolean => type === 'u64' || type === 'i64';

/** The place `bytes` behind where the message is. */
function place(bytes: number): string {
  return bytes === 0 ? 'this.$at' : `this.$at + ${integer(bytes)}`;
}

/** What an element is in TypeScript: as it is read, and in the plain object of a message. */
export function valueTypes(element: IrElement): { read: string; plain: string } {
  const same = (type: string) => ({ read: type, plain: type });
  if (typeof element === 'string') {
    if (element === 'bool') return same('boolean');
    return same(isWide(element) ? 'bigint' : 'number');
  }
  switch (element.kind) {
    case 'decimal':
      return { read: isWide(element.base) ? 'bigint' : 'number', plain: 'string' };
    case 'chars':
      return same('string');
    case 'enumeration':
      return same(`${identifier(element.name)} | 'unknown'`);
    case 'struct':
      return { read: identifier(element.name), plain: `${identifier(element.name)}Value` };
  }
}

/** The integer or float that an element is kept in. */
function keptIn(element: IrElement, bases: ReadonlyMap<string, IrScalar>): IrScalar | undefined {
  if (typeof element === 'string') return element;
  if (element.kind === 'decimal') return element.base;
  return element.kind === 'enumeration' ? bases.get(element.name) : undefined;
}

/** Characters of a field's name with its struct's, in errors; a longer one goes without. */
const longestLabel = 34;

/** A field, and how its members say where it is. */
class Field {
  readonly name: string;
  readonly element: IrElement;
  readonly count: number | undefined;
  readonly #offset: number;
  readonly #stride: string;
  readonly #label: string;

  constructor(struct: string, field: IrField) {
    this.name = identifier(field.name);
    this.element = elementOf(field.type);
    this.count = countOf(field.type);
    this.#offset = field.offset;
    this.#stride = integer(elementBytes(field));
    const label = `${identifier(struct)}.${this.name}`;
    this.#label = typescriptString(label.length > longestLabel ? this.name : label);
  }

  /** The field's name for errors, as a literal. */
  get label(): string {
    return this.#label;
  }

  /** Where an element is, `more` bytes into it. */
  at(more = 0): string {
    const start = place(this.#offset + more);
    if (this.count === undefined) return start;
    const index = `checkedIndex(index, ${integer(this.count)}, ${this.#label})`;
    return `${start} + ${index}${this.#stride === '1' ? '' : ` * ${this.#stride}`}`;
  }

  /** A member that gives something of an element: a getter, or a method with an index. */
  getter(suffix: string, type: string, expression: string): string[] {
    const isArray = this.count !== undefined;
    const head = isArray ? `${this.name}${suffix}(index: number)` : `get ${this.name}${suffix}()`;
    return member(`${head}: ${type}`, `return ${expression};`);
  }

  /** A method that makes something of an element. */
  method(suffix: string, type: string, expression: string): string[] {
    const index = this.count === undefined ? '' : 'index: number';
    return member(`${this.name}${suffix}(${index}): ${type}`, `return ${expression};`);
  }

  /** A member that sets an element. */
  setter(suffix: string, type: string, statement: string): string[] {
    const head =
      this.count === undefined
        ? `set ${this.name}${suffix}(value: ${type})`
        : `set${pascalCase(this.name)}${suffix}(index: number, value: ${type}): void`;
    return member(head, `${statement};`);
  }

  /** The view that a nested struct is shown through. */
  nested(suffix: '' | 'Writer'): string[] {
    if (typeof this.element === 'string' || this.element.kind !== 'struct') return [];
    const type = `${identifier(this.element.name)}${suffix}`;
    const show = `this.#${this.name}.$show(${this.at()})`;
    const made = [`  readonly #${this.name} =`, `new ${type}(this.$view);`];
    const line = made.join(' ');
    const lines = line.length <= maximumColumns ? [line] : made.join('\n    ').split('\n');
    return [...lines, ...this.getter('', type, show)];
  }
}

/** The halves of a 64-bit number, and its text. */
function wideMembers(field: Field, base: IrScalar, text: (halves: string) => string): string[] {
  const high = readAt(base === 'u64' ? 'u32' : 'i32', field.at(4));
  const low = readAt('u32', field.at());
  const index = field.count === undefined ? '' : '(index)';
  const halves = `this.${field.name}High${index}, this.${field.name}Low${index}`;
  return [
    ...field.getter('High', 'number', high),
    ...field.getter('Low', 'number', low),
    ...field.method('Text', 'string', text(halves)),
  ];
}

/**
 * The members of a reader for one field.
 *
 * @param bases the integer of each enumeration.
 */
export function readerMembers(
  struct: string,
  declared: IrField,
  bases: ReadonlyMap<string, IrScalar>,
): string[] {
  const field = new Field(struct, declared);
  const { element, count } = field;
  const length =
    count === undefined ? [] : member(`get ${field.name}Length(): number`, `return ${count};`);
  const { read } = valueTypes(element);
  const base = keptIn(element, bases);
  if (typeof element === 'object' && element.kind === 'struct') {
    return [...length, ...field.nested('')];
  }
  if (typeof element === 'object' && element.kind === 'chars') {
    const text = `this.$text(${field.at()}, ${integer(element.length)})`;
    return [...length, ...field.method('Text', 'string', text)];
  }
  if (base === undefined)
    throw new Error(`${field.name} is of an enumeration that is not declared`);
  const raw = readAt(base, field.at());
  if (typeof element === 'string') {
    const value = element === 'bool' ? `${raw} !== 0` : raw;
    const wide = isWide(base) ? wideMembers(field, base, (halves) => `wholeText(${halves})`) : [];
    return [...length, ...field.getter('', read, value), ...wide];
  }
  if (element.kind === 'enumeration') {
    const name = `${identifier(element.name)}.nameOf(${raw})`;
    return [...length, ...field.getter('', read, name), ...field.getter('Code', 'number', raw)];
  }
  const scale = integer(element.scale);
  const text = isWide(base)
    ? wideMembers(field, base, (halves) => `decimalText(${halves}, ${scale})`)
    : field.method('Text', 'string', `withPoint(String(${raw}), ${scale})`);
  return [...length, ...field.getter('', read, raw), ...text];
}

/** The members of a writer for one field. */
export function writerMembers(
  struct: string,
  declared: IrField,
  bases: ReadonlyMap<string, IrScalar>,
): string[] {
  const field = new Field(struct, declared);
  const { element, label } = field;
  if (typeof element === 'object' && element.kind === 'struct') return field.nested('Writer');
  if (typeof element === 'object' && element.kind === 'chars') {
    const length = integer(element.length);
    return field.setter('', 'string', `this.$setText(${field.at()}, ${length}, value, ${label})`);
  }
  const base = keptIn(element, bases);
  if (base === undefined)
    throw new Error(`${field.name} is of an enumeration that is not declared`);
  const whole = (value: string): string =>
    writeAt(base, field.at(), `checkedWhole(${value}, ${ranges[base]}, ${label})`);
  if (typeof element === 'string') {
    if (isWide(element)) {
      const set = `this.$set${element.toUpperCase()}(${field.at()}, value, ${label})`;
      return field.setter('', 'bigint | number', set);
    }
    if (element === 'bool') {
      return field.setter(
        '',
        'boolean',
        writeAt('bool', field.at(), `checkedFlag(value, ${label})`),
      );
    }
    if (ranges[element] !== undefined) return field.setter('', 'number', whole('value'));
    return field.setter('', 'number', writeAt(base, field.at(), `checkedNumber(value, ${label})`));
  }
  if (element.kind === 'enumeration') {
    const type = identifier(element.name);
    const code = writeAt(base, field.at(), `${type}.codeOf(value, ${label})`);
    return [...field.setter('', type, code), ...field.setter('Code', 'number', whole('value'))];
  }
  const scale = integer(element.scale);
  if (isWide(base)) {
    const count = `checkedDecimal(value, ${scale}, ${label})`;
    const set = `this.$set${base.toUpperCase()}(${field.at()}, ${count}, ${label})`;
    return field.setter('', 'bigint | string', set);
  }
  return field.setter('', 'number | string', whole(`checkedCount(value, ${scale}, ${label})`));
}

/** The expression that copies a field into the plain object of a message. */
export function plainExpression(declared: IrField): string {
  const element = elementOf(declared.type);
  const count = countOf(declared.type);
  const name = identifier(declared.name);
  const kind = typeof element === 'string' ? element : element.kind;
  const isText = kind === 'decimal' || kind === 'chars';
  const suffix = isText ? `Text(${count === undefined ? '' : 'n'})` : count ? '(n)' : '';
  const one = `this.${name}${suffix}${kind === 'struct' ? '.toObject()' : ''}`;
  if (count === undefined) return one;
  return `Array.from({ length: ${integer(count)} }, (_, n) => ${one})`;
}
