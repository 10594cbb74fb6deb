/** The part of `check` about messages: names, sizes and what is in the types of their fields. */
import type { CheckedConfig } from '../schemas/config.ts';
import type { CheckedStruct } from '../schemas/config_messages.ts';
import { limits } from '../schemas/limits.ts';
import { recordMembers } from '../schemas/reserved.ts';
import { lowerEnumeration, lowerMessage } from './lower_messages.ts';
import {
  type CheckedEnumeration,
  codeRange,
  derivedMembers,
  layoutOf,
  type NamedType,
  namedTypes,
} from './message_types.ts';
import { checkName, keywords, nameForms, type Reserved, typeReserved } from './name_forms.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

const fieldReserved: Reserved = [
  ...keywords,
  [recordMembers, 'the reader of a record has a member of that name'],
];
const valueReserved: Reserved = [
  ...keywords,
  [new Set(['unknown']), 'codes without a name are read as that'],
];

/** Each type once, where it is declared first. */
function distinct(config: CheckedConfig): NamedType[] {
  const seen = new Set<string>();
  return namedTypes(config.messages).filter(({ name }) => {
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}

/** How to speak of a type. */
function describe({ name, type, depth }: NamedType): string {
  if (depth === 0) return `the message '${name}'`;
  return `the ${type.kind} '${name}'`;
}

/** The names that messages, structs and enumerations take in the namespace of the program. */
export function typeClaims(
  config: CheckedConfig,
): { name: string; what: string; path: ConfigPath }[] {
  return distinct(config).map((each) => ({
    name: each.name,
    what: describe(each),
    path: each.path,
  }));
}

/** The path of the name that a type was given, or of the type. */
function namePath({ isGiven, path, depth }: NamedType): ConfigPath {
  return isGiven && depth > 0 ? [...path, 'name'] : path;
}

function checkFields(struct: CheckedStruct, path: ConfigPath): Diagnostic[] {
  return struct.fields.flatMap(({ name }, index) =>
    checkName(
      { name, what: 'a field', path: [...path, 'fields', index, 'name'], anchor: 'key' },
      nameForms.lower,
      fieldReserved,
    ),
  );
}

function checkValues(enumeration: CheckedEnumeration, path: ConfigPath): Diagnostic[] {
  return enumeration.values.flatMap(({ name }, index) =>
    checkName(
      { name, what: 'a value', path: [...path, 'values', index, 'name'], anchor: 'value' },
      nameForms.either,
      valueReserved,
    ),
  );
}

/** Checks the name of every field and value, and of every type that is nested. */
export function checkTypeNames(config: CheckedConfig): Diagnostic[] {
  return distinct(config).flatMap((each) => {
    const { name, type, path, depth } = each;
    const inside = type.kind === 'struct' ? checkFields(type, path) : checkValues(type, path);
    if (depth === 0) return inside;
    const named = { name, what: `a nested ${type.kind}`, path: namePath(each) };
    return [...checkName({ ...named, anchor: 'value' }, nameForms.upper, typeReserved), ...inside];
  });
}

/** What a type is, so that two declarations of one name can be compared. */
function definition({ name, type }: NamedType): string {
  return JSON.stringify(
    type.kind === 'struct' ? lowerMessage(name, type) : lowerEnumeration(name, type),
  );
}

/** Types that share a name and are not the same; `TopValue` and `TopWriter` belong to `Top`. */
function checkOneTypeEach(config: CheckedConfig): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Map<string, { owner: NamedType; what: string; definition: string }>();
  for (const each of namedTypes(config.messages)) {
    const own = { owner: each, what: describe(each), definition: definition(each) };
    const claims = new Map([[each.name, own]]);
    for (const suffix of each.type.kind === 'struct' ? ['Value', 'Writer'] : []) {
      claims.set(`${each.name}${suffix}`, { ...own, definition: `${suffix} ${own.definition}` });
    }
    for (const [name, claim] of claims) {
      const other = seen.get(name);
      seen.set(name, other ?? claim);
      if (other === undefined || other.definition === claim.definition) continue;
      // Two types of one name have two of each suffix too: that is said once.
      if (name !== each.name && other.owner.name === each.name) continue;
      const second = { message: other.what, path: other.owner.path };
      const twin = other.what === own.what ? `another ${each.type.kind}` : other.what;
      const holes = { what: own.what, name, other: twin };
      found.push(diagnostic('LOOM1306', holes, { path: namePath(each), second }));
    }
  }
  return found;
}

function checkEnumeration(type: CheckedEnumeration, path: ConfigPath): Diagnostic[] {
  const where = showPath(path);
  const [minimum, maximum] = codeRange(type.base);
  const twice = (list: readonly (string | number)[]) =>
    list.find((each, index) => list.indexOf(each) !== index);
  const name = twice(type.values.map((each) => each.name));
  const code = twice(type.values.map((each) => each.code));
  const { length } = type.values;
  const reason =
    length === 0
      ? 'has no values'
      : length > limits.enumerationValues
        ? `has ${length} values`
        : name !== undefined
          ? `has '${name}' twice`
          : code !== undefined
            ? `has the code ${code} twice`
            : undefined;
  const found =
    reason === undefined
      ? []
      : [diagnostic('LOOM1212', { where, reason }, { path: [...path, 'values'] })];
  type.values.forEach((value, index) => {
    if (value.code >= minimum && value.code <= maximum) return;
    const holes = { where, ...value, base: type.base, minimum, maximum };
    found.push(diagnostic('LOOM1213', holes, { path: [...path, 'values', index, 'code'] }));
  });
  return found;
}

function checkDoc(doc: string | undefined, path: ConfigPath): Diagnostic[] {
  if (doc === undefined) return [];
  const character = /[^ -~µ]/u.exec(doc)?.[0];
  const reason =
    character !== undefined
      ? `contains ${JSON.stringify(character)}`
      : doc === '' || doc.length > limits.docCharacters
        ? `has ${doc.length} characters`
        : undefined;
  if (reason === undefined) return [];
  const holes = { where: showPath(path), reason, limit: limits.docCharacters };
  return [diagnostic('LOOM1214', holes, { path })];
}

/** Names of members that belong to more than one field. */
function checkMembers({ name: struct, type, path }: NamedType): Diagnostic[] {
  if (type.kind !== 'struct') return [];
  const fields = new Map(type.fields.map(({ name }, index) => [name, index]));
  return type.fields.flatMap((owner) =>
    derivedMembers(owner.name, owner.type).flatMap((name) => {
      const index = fields.get(name);
      if (index === undefined) return [];
      const holes = { name, struct, owner: 'the field', field: owner.name };
      const at = [...path, 'fields', index, 'name'];
      return [diagnostic('LOOM1308', holes, { path: at, anchor: 'key' })];
    }),
  );
}

function checkSize({ name, type, path, depth }: NamedType): Diagnostic[] {
  if (type.kind !== 'struct') return [];
  const names = type.fields.map((field) => field.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  const { bytes } = layoutOf(type);
  const reason =
    names.length === 0
      ? 'has no fields'
      : twice !== undefined
        ? `has the field '${twice}' twice`
        : bytes > limits.recordBytes
          ? `has ${bytes} bytes`
          : undefined;
  if (reason === undefined) return [];
  const what = depth === 0 ? 'message' : 'struct';
  return [diagnostic('LOOM1413', { what, name, reason }, { path, anchor: 'key' })];
}

/** Checks what messages are made of. */
export function checkMessages(config: CheckedConfig): Diagnostic[] {
  const renamed = Object.entries(config.messages).flatMap(([key, { name }]) =>
    name === undefined || name === key
      ? []
      : [diagnostic('LOOM1307', { key, name }, { path: ['messages', key, 'name'] })],
  );
  const inside = distinct(config).flatMap((each) => {
    const { type, path, depth } = each;
    if (depth >= limits.nestedStructs && type.kind === 'struct') {
      const holes = { where: showPath(path), limit: limits.nestedStructs };
      return [diagnostic('LOOM1211', holes, { path })];
    }
    const docs = type.kind === 'struct' ? type.fields : [];
    return [
      ...checkSize(each),
      ...checkMembers(each),
      ...checkDoc(type.doc, [...path, 'doc']),
      ...docs.flatMap(({ doc }, index) => checkDoc(doc, [...path, 'fields', index, 'doc'])),
      ...(type.kind === 'enumeration' ? checkEnumeration(type, path) : []),
    ];
  });
  return [...renamed, ...checkOneTypeEach(config), ...inside];
}
