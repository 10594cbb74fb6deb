/**
 * Writes `loom.schema.json`: the config as a JSON Schema (draft 2020-12), from `config.ts`.
 *
 *     node --import tsx schemas/json_schema.ts
 *
 * Types, ranges and defaults come from the schema; descriptions come from the doc comments beside
 * it, so that an editor says the same in JSON as in TypeScript. A test fails when the file is old.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from './config.ts';
import { eachField, type FieldComment, isObject, type Json } from './field_comments.ts';
import { expectedOf, type Leaf } from './leaf.ts';

/** Where the file lies. */
export const schemaFile = fileURLToPath(new URL('./loom.schema.json', import.meta.url));

const sizePattern = '^[0-9]+(\\.[0-9]+)?[KMG]$';
const durationPattern = '^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)$';

/** A sentence out of a clause. */
function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

/** The JSON Schema of a leaf whose check is code; the range of a text is said in words. */
function leafSchema(leaf: Leaf): Json | undefined {
  const description = sentence(expectedOf(leaf));
  if (leaf.kind === 'size') {
    const { minimum, maximum } = leaf;
    const bytes = { type: 'integer', minimum, maximum, description: `Bytes. ${description}` };
    const worded = `${description} 1K is 1024 bytes, 1M 1024K, 1G 1024M.`;
    return { anyOf: [bytes, { type: 'string', pattern: sizePattern, description: worded }] };
  }
  if (leaf.kind !== 'duration') return undefined;
  return { type: 'string', pattern: durationPattern, description };
}

/** One field of the config in the schema, for tests. */
export interface DescribedField {
  /** Its name, with those of what it is in: `fds.receive.bytes`. */
  path: string;
  /** Its description. */
  description: string;
  /** Its default; undefined without one. */
  standard: unknown;
  /** Its default as its comment has it; undefined where that says none. */
  defaultText: string | undefined;
  /** What its value may be, as far as that is one of the leaves; several where it has forms. */
  leaves: readonly Leaf[];
}

/** What an editor shows of a field. */
function describe(field: Json, comment: FieldComment | undefined): string {
  if (comment === undefined) {
    return typeof field.const === 'string' ? `Says what this is: always '${field.const}'.` : '';
  }
  const { text, defaultText } = comment;
  return defaultText === undefined ? text : `${text} Default: ${defaultText}.`;
}

/** The leaves of a field, not those of the fields below it. */
function leavesOf(field: unknown): Leaf[] {
  if (!isObject(field)) return [];
  const own = isObject(field.leaf) ? [field.leaf as unknown as Leaf] : [];
  const options = (field.anyOf ?? field.oneOf ?? []) as unknown[];
  return [...own, ...options.flatMap(leavesOf), ...leavesOf(field.items)];
}

/** Takes the leaves out again, which are no words of JSON Schema. */
function withoutLeaves(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLeaves);
  if (!isObject(value)) return value;
  const isLeaf = isObject(value.leaf) && typeof value.leaf.kind === 'string';
  const kept = Object.entries(value).filter(([key]) => !(isLeaf && key === 'leaf'));
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutLeaves(each)]));
}

/** The schema with its descriptions, and the fields that have them. */
export function describedSchema(): { schema: Json; fields: DescribedField[] } {
  const schema = toJsonSchema(configSchema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    ignoreActions: ['check', 'transform'],
    overrideAction: ({ valibotAction, jsonSchema }) => {
      const own = (valibotAction as { metadata?: { leaf?: Leaf } }).metadata?.leaf;
      return { ...jsonSchema, ...(own && leafSchema(own)) };
    },
  }) as Json;
  const fields: DescribedField[] = [];
  eachField(schema, (field, comment, path) => {
    const description = describe(field, comment);
    if (description !== '') field.description = description;
    const { default: standard } = field;
    const leaves = leavesOf(field);
    fields.push({ path, description, standard, defaultText: comment?.defaultText, leaves });
  });
  return { schema: withoutLeaves(schema) as Json, fields };
}

/** The text of the file. */
export function schemaText(): string {
  const { schema } = describedSchema();
  const own = { type: 'string', description: 'The address of this schema, for editors.' };
  const properties = { $schema: own, ...(schema.properties as Json) };
  return `${JSON.stringify({ ...schema, title: 'loomgen config', properties }, null, 2)}\n`;
}

/** True when the file in the repository is what this program would write. */
export function isCurrent(): boolean {
  return readFileSync(schemaFile, 'utf8') === schemaText();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(schemaFile, schemaText());
}
