/**
 * The doc comments of the config's source, put where they belong in its JSON Schema. The source is
 * walked beside the schema that was made from it: `v.strictObject({ … })` beside `properties`,
 * `v.array(…)` beside `items`, a list of options beside `anyOf`. So a comment is a field's own,
 * also where two objects have fields of one name, and a file that is new needs no entry here.
 */
import { fileURLToPath } from 'node:url';
import { readdirSync } from 'node:fs';
import { Node, Project, type SourceFile } from 'ts-morph';

/** A part of a JSON Schema. */
export type Json = Record<string, unknown>;

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a field's doc comment says. */
export interface FieldComment {
  /** One line, without `@default`. */
  text: string;
  /** What stands behind `@default`, as it is written in TypeScript; absent without it. */
  defaultText?: string;
}

/**
 * Called with each field: its part of the schema, its comment (undefined without one), and its name
 * with those of what it is in: `fds.receive.bytes`.
 */
export type OnField = (field: Json, comment: FieldComment | undefined, path: string) => void;

/** The files that define the config. */
function sourceFiles(): SourceFile[] {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const project = new Project({ skipAddingFilesFromTsConfig: true });
  return readdirSync(folder)
    .filter((name) => /^config(?:_\w+)?\.ts$/.test(name))
    .map((name) => project.addSourceFileAtPath(folder + name));
}

/** Reads the doc comment that stands before a field. */
function commentOf(property: Node): FieldComment | undefined {
  const range = property.getLeadingCommentRanges().at(-1)?.getText() ?? '';
  if (!range.startsWith('/**')) return undefined;
  const lines = range.replace(/^\/\*\*|\*\/$/g, '').replace(/\n\s*\*\s?/g, '\n');
  const [text = '', defaultText] = lines.split(/@default\s/);
  const plain = (each: string): string => each.replace(/\s+/g, ' ').trim();
  if (defaultText === undefined) return { text: plain(text) };
  return { text: plain(text), defaultText: plain(defaultText) };
}

/** The walk over source and schema. */
class FieldWalk {
  readonly #variables = new Map<string, Node>();
  readonly #document: Json;
  readonly #onField: OnField;
  /** Parts that several places refer to, once each. */
  readonly #seen = new Set<Json>();

  constructor(document: Json, onField: OnField) {
    this.#document = document;
    this.#onField = onField;
    for (const file of sourceFiles()) {
      for (const variable of file.getVariableDeclarations()) {
        const value = variable.getInitializer();
        if (value !== undefined) this.#variables.set(variable.getName(), value);
      }
    }
  }

  /** The expression that a name, a member or a type assertion stands for. */
  #resolved(node: Node | undefined): Node | undefined {
    if (node === undefined) return undefined;
    if (Node.isAsExpression(node) || Node.isSatisfiesExpression(node)) {
      return this.#resolved(node.getExpression());
    }
    if (Node.isIdentifier(node)) return this.#resolved(this.#variables.get(node.getText()));
    if (!Node.isPropertyAccessExpression(node)) return node;
    const owner = this.#resolved(node.getExpression());
    return Node.isObjectLiteralExpression(owner)
      ? this.#resolved(this.#initializer(owner.getProperty(node.getName())))
      : undefined;
  }

  #initializer(property: Node | undefined): Node | undefined {
    return Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
  }

  /** The comment of a field, or of the field that it is a copy of. */
  #comment(property: Node): FieldComment | undefined {
    const own = commentOf(property);
    const value = this.#initializer(property);
    if (own !== undefined || !Node.isPropertyAccessExpression(value)) return own;
    const owner = this.#resolved(value.getExpression());
    if (!Node.isObjectLiteralExpression(owner)) return undefined;
    const original = owner.getProperty(value.getName());
    return original === undefined ? undefined : this.#comment(original);
  }

  /** The fields of an object literal, those of what it spreads included. */
  #fields(node: Node | undefined): Map<string, Node> {
    const literal = this.#resolved(node);
    const fields = new Map<string, Node>();
    if (!Node.isObjectLiteralExpression(literal)) return fields;
    for (const property of literal.getProperties()) {
      if (Node.isPropertyAssignment(property)) fields.set(property.getName(), property);
      if (!Node.isSpreadAssignment(property)) continue;
      for (const [name, each] of this.#fields(property.getExpression())) fields.set(name, each);
    }
    return fields;
  }

  /** The elements of a list literal, those of what it spreads included. */
  #elements(node: Node | undefined): Node[] {
    const literal = this.#resolved(node);
    if (!Node.isArrayLiteralExpression(literal)) return [];
    return literal
      .getElements()
      .flatMap((each) =>
        Node.isSpreadElement(each) ? this.#elements(each.getExpression()) : [each],
      );
  }

  /** Visits every field of what an expression made; `path` is of what has them. */
  #visit(node: Node | undefined, schema: unknown, path: string): void {
    if (!isObject(schema)) return;
    const call = this.#resolved(node);
    const made = this.#definition(schema);
    if (made !== schema && this.#seen.has(made)) return;
    this.#seen.add(made);
    if (!Node.isCallExpression(call)) return;
    const name = call.getExpression().getText().replace(/^v\./, '');
    const given = call.getArguments();
    if (name === 'strictObject') this.#visitObject(given[0], made, path);
    if (['optional', 'exactOptional', 'pipe'].includes(name)) this.#visit(given[0], made, path);
    if (name === 'record') this.#visit(given[1], made.additionalProperties, path);
    if (name === 'array') this.#visit(given[0], made.items, path);
    if (['variant', 'oneOf'].includes(name)) this.#visitOptions(given[1], made, path);
    if (name === 'union') this.#visitOptions(given[0], made, path);
    const getter = given[0];
    if (name === 'lazy' && Node.isArrowFunction(getter)) this.#visit(getter.getBody(), made, path);
  }

  /** What a `$ref` stands for. */
  #definition(schema: Json): Json {
    const { $ref } = schema;
    if (typeof $ref !== 'string') return schema;
    const found = $ref
      .split('/')
      .slice(1)
      .reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), this.#document);
    if (!isObject(found)) throw new Error(`the schema has no ${$ref}`);
    return found;
  }

  #visitObject(literal: Node | undefined, schema: Json, path: string): void {
    const fields = this.#fields(literal);
    for (const [name, field] of Object.entries((schema.properties ?? {}) as Record<string, Json>)) {
      const property = fields.get(name);
      const below = path === '' ? name : `${path}.${name}`;
      this.#onField(field, property && this.#comment(property), below);
      this.#visit(this.#initializer(property), field, below);
    }
  }

  #visitOptions(list: Node | undefined, schema: Json, path: string): void {
    const options = (schema.anyOf ?? schema.oneOf ?? []) as unknown[];
    this.#elements(list).forEach((each, position) => {
      this.#visit(each, options[position], path);
    });
  }

  /** Visits the whole config. */
  whole(): void {
    const config = this.#variables.get('configSchema');
    if (config === undefined) throw new Error('config.ts has no configSchema');
    this.#visit(config, this.#document, '');
  }
}

/** Calls `onField` for every field of a JSON Schema that was made from `configSchema`. */
export function eachField(document: Json, onField: OnField): void {
  new FieldWalk(document, onField).whole();
}
