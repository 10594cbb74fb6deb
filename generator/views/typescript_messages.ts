/** The views of `messages.ts` and `writers.ts`: readers, writers and enumerations of a program. */
import type { Ir, IrField, IrScalar } from '../../schemas/ir.ts';
import {
  memberImports,
  plainExpression,
  readerMembers,
  valueTypes,
  writerMembers,
} from './message_members.ts';
import { countOf, elementOf, type MessagePart, partSentence, usedNames } from './message_parts.ts';
import { bannerLines } from './sentences.ts';
import {
  docComment,
  filledLines,
  identifier,
  integer,
  maximumColumns,
  typescriptString,
} from './text.ts';
import { importLines } from './typescript_layout.ts';

/** The view of `ts/messages.ts`. */
export interface TypescriptMessagesView {
  banner: string[];
  /** Import statements. */
  imports: string[];
  /** The lines of each type, one type after the other. */
  types: { lines: string[] }[];
}

/** Where the files of a program's types are. */
export interface TypescriptPlaces {
  /** Folder of the runtime from this file. */
  runtime: string;
  /** The module that has a type; undefined when it is this file. */
  moduleOf: (name: string, kind: 'struct' | 'enumeration') => string | undefined;
}

type StructPart = Extract<MessagePart, { kind: 'struct' }>;
type EnumerationPart = Extract<MessagePart, { kind: 'enumeration' }>;

const basesOf = (ir: Ir): ReadonlyMap<string, IrScalar> =>
  new Map((ir.enumerations ?? []).map(({ name, base }) => [name, base]));

/** The readers of some structs, and some enumerations. */
export function typescriptMessagesView(
  ir: Ir,
  parts: readonly MessagePart[],
  places: TypescriptPlaces,
): TypescriptMessagesView {
  const bases = basesOf(ir);
  const types = parts.map((part) => ({
    lines: part.kind === 'struct' ? reader(part, bases) : enumeration(part),
  }));
  const text = types.flatMap(({ lines }) => lines).join('\n');
  const own = [
    ...(text.includes('extends MessageView<') ? [['MessageView', 'message_view.ts'] as const] : []),
    ...(text.includes('new EnumerationNames<')
      ? [['EnumerationNames', 'enumeration.ts'] as const]
      : []),
  ];
  return {
    banner: bannerLines(ir, '// '),
    imports: [
      ...runtimeImports(text, own, places.runtime),
      ...partImports(parts, places, (name, kind) => {
        const value = kind === 'struct' && text.includes(`${name}Value`);
        return value ? [name, `type ${name}Value`] : [name];
      }),
    ],
    types,
  };
}

/** The writers of some structs. */
export function typescriptWritersView(
  ir: Ir,
  parts: readonly MessagePart[],
  places: TypescriptPlaces,
): TypescriptMessagesView {
  const bases = basesOf(ir);
  const structs = parts.filter((part): part is StructPart => part.kind === 'struct');
  const types = structs.map((part) => ({ lines: writer(part, bases) }));
  const text = types.flatMap(({ lines }) => lines).join('\n');
  const own = [['MessageWriter', 'message_writer.ts'] as const];
  return {
    banner: bannerLines(ir, '// '),
    imports: [
      ...runtimeImports(text, own, places.runtime),
      ...partImports(structs, places, (name, kind) =>
        kind === 'struct' ? [`${name}Writer`] : [name],
      ),
    ],
    types,
  };
}

/** Imports of what the text uses of the runtime, a statement for each module. */
function runtimeImports(
  text: string,
  own: readonly (readonly [name: string, module: string])[],
  runtime: string,
): string[] {
  const modules = new Map<string, string[]>();
  const add = (name: string, module: string): void => {
    modules.set(module, [...(modules.get(module) ?? []), name].sort());
  };
  for (const [name, module] of own) add(name, module);
  for (const [module, names] of Object.entries(memberImports)) {
    for (const name of names) if (text.includes(`${name}(`)) add(name, module);
  }
  return [...modules]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([module, names]) => importLines(names, `${runtime}/${module}`));
}

/** Imports of the types that the structs of this file have in their fields. */
function partImports(
  parts: readonly MessagePart[],
  places: TypescriptPlaces,
  names: (name: string, kind: 'struct' | 'enumeration') => string[],
): string[] {
  const modules = new Map<string, Set<string>>();
  for (const part of parts) {
    for (const kind of ['enumeration', 'struct'] as const) {
      for (const name of usedNames(part, kind)) {
        const module = places.moduleOf(identifier(name), kind);
        if (module === undefined) continue;
        const imported = modules.get(module) ?? new Set();
        for (const each of names(name, kind)) imported.add(each);
        modules.set(module, imported);
      }
    }
  }
  return [...modules].flatMap(([module, imported]) => importLines([...imported].sort(), module));
}

/** What is said about a field: its text, its unit, and what is shared by the elements. */
function fieldComment(field: IrField): string[] {
  const element = elementOf(field.type);
  const isShared =
    countOf(field.type) !== undefined && typeof element === 'object' && element.kind === 'struct';
  const shared = isShared ? 'The same object for every index: valid until the next call.' : '';
  const isDecimal = typeof element === 'object' && element.kind === 'decimal';
  const unit = isDecimal && element.scale > 0 ? `Counts 10^-${element.scale}.` : '';
  const sentence = [field.doc ?? '', unit, shared].filter((each) => each !== '').join(' ');
  return sentence === '' ? [] : docComment('  ', sentence);
}

/** The first line of a class, or two where one would be too long. */
function classHead(name: string, base: string): string[] {
  const whole = `${name} ${base}`;
  return whole.length <= maximumColumns ? [whole] : [name, `  ${base}`];
}

function reader(part: StructPart, bases: ReadonlyMap<string, IrScalar>): string[] {
  const { struct } = part;
  const name = identifier(struct.name);
  const plain = struct.fields.map((field) => {
    const type = valueTypes(elementOf(field.type)).plain;
    const isUnion = type.includes(' ');
    const many = isUnion ? `(${type})[]` : `${type}[]`;
    return `  ${identifier(field.name)}: ${countOf(field.type) === undefined ? type : many};`;
  });
  return [
    `/** A copy of one ${name}; decimals are text in it. */`,
    `export interface ${name}Value {`,
    ...plain,
    '}',
    '',
    ...docComment('', `${partSentence(part)} A reader of it where it lies.`),
    ...classHead(`export class ${name}`, `extends MessageView<${name}Value> {`),
    ...struct.fields.flatMap((field) => [
      ...fieldComment(field),
      ...readerMembers(name, field, bases),
    ]),
    `  toObject(): ${name}Value {`,
    '    return {',
    ...struct.fields.flatMap((field) => {
      const expression = plainExpression(field);
      const line = `      ${field.name}: ${expression},`;
      return line.length <= maximumColumns
        ? [line]
        : [`      ${field.name}:`, `        ${expression},`];
    }),
    '    };',
    '  }',
    '}',
  ];
}

function writer(part: StructPart, bases: ReadonlyMap<string, IrScalar>): string[] {
  const { struct } = part;
  const name = identifier(struct.name);
  return [
    ...docComment('', `Writes one ${name} where it lies; its properties can only be set.`),
    `export class ${name}Writer extends MessageWriter {`,
    ...struct.fields.flatMap((field) => [
      ...fieldComment(field),
      ...writerMembers(name, field, bases),
    ]),
    '  /** Makes every byte 0, padding too. */',
    `  clear(): void { this.$clear(${integer(struct.bytes)}); }`,
    '}',
  ];
}

function enumeration(part: EnumerationPart): string[] {
  const name = identifier(part.name);
  const values = part.enumeration.values;
  const literals = values.map((value) => `| ${typescriptString(value.name)}`);
  const pairs = values.map((value) => `[${typescriptString(value.name)}, ${integer(value.code)}],`);
  return [
    ...docComment('', `${partSentence(part)} A code without a name is read as 'unknown'.`),
    `export type ${name} =`,
    ...filledLines('  ', literals).map((line, index, all) =>
      index === all.length - 1 ? `${line};` : line,
    ),
    ...docComment('', `Codes of ${name}.`),
    `export const ${name}: EnumerationNames<${name}> =`,
    `  new EnumerationNames<${name}>(${typescriptString(name)}, [`,
    ...filledLines('    ', pairs),
    '  ]);',
  ];
}
