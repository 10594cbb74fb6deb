/**
 * The first half of `check`: keys, types and ranges of every field. The schema says what is
 * right; this file says in words what is wrong, and goes on with the rest of the config, so
 * that one mistake hides no other.
 */
import * as v from 'valibot';
import { type CheckedConfig, configSchema } from '../schemas/config.ts';
import {
  expectedOf,
  type Leaf,
  leafOf,
  parseDuration,
  parseSize,
  showDuration,
  showSize,
} from '../schemas/leaf.ts';
import {
  type ConfigPath,
  type Diagnostic,
  diagnostic,
  show,
  showPath,
} from './report/diagnostic.ts';
import { closest } from './report/suggest.ts';

/** The parts of a valibot schema that are walked here. */
interface SchemaNode {
  type: string;
  entries?: Record<string, SchemaNode>;
  wrapped?: SchemaNode;
  value?: SchemaNode;
  item?: SchemaNode;
  options?: readonly (SchemaNode | string)[];
  literal?: unknown;
  default?: unknown;
  /** What a lazy schema stands for. */
  getter?: (value: unknown) => SchemaNode;
}

type Plain = Record<string, unknown>;

/** Rounds of cutting out what is wrong; each removes at least one key. */
const maximumRounds = 64;

function isPlainObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema under optional wrappers, and behind a lazy reference. */
function inner(schema: SchemaNode): SchemaNode {
  if (schema.type === 'lazy' && schema.getter) return inner(schema.getter(undefined));
  return schema.type === 'optional' && schema.wrapped ? inner(schema.wrapped) : schema;
}

/** The schema that a value of a union or variant is meant for, as far as the value tells. */
function chosen(schema: SchemaNode, value: unknown): SchemaNode | undefined {
  const options = (schema.options ?? []).filter((each) => typeof each !== 'string');
  if (schema.type === 'variant') {
    const kind = isPlainObject(value) ? value.kind : undefined;
    return options.find((each) => each.entries?.kind?.literal === kind);
  }
  if (!isPlainObject(value)) return undefined;
  const option = options.find((each) => ['strict_object', 'variant'].includes(each.type));
  return option?.type === 'variant' ? chosen(option, value) : option;
}

/** The schema of one key of a value. */
function child(schema: SchemaNode, value: unknown, key: string | number): SchemaNode | undefined {
  const node = inner(schema);
  if (node.type === 'union' || node.type === 'variant') {
    const option = chosen(node, value);
    return option && child(option, value, key);
  }
  if (node.type === 'array') return node.item;
  if (node.type === 'record') return node.value;
  return node.entries && Object.hasOwn(node.entries, key) ? node.entries[key] : undefined;
}

/** A diagnostic for each key that its object does not have; the keys are left out of the copy. */
function withoutUnknownKeys(
  schema: SchemaNode,
  value: unknown,
  path: ConfigPath,
  found: Diagnostic[],
): unknown {
  if (Array.isArray(value)) {
    // To valibot a list is an object too; null is wrong for every object.
    if (['record', 'strict_object', 'variant'].includes(inner(schema).type)) return null;
    return value.map((item, index) => {
      const next = child(schema, value, index);
      return next === undefined ? item : withoutUnknownKeys(next, item, [...path, index], found);
    });
  }
  if (!isPlainObject(value)) return value;
  const node = inner(schema);
  const object = ['union', 'variant'].includes(node.type) ? chosen(node, value) : node;
  if (object === undefined || !(object.entries || object.type === 'record')) return value;
  const kept: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const next = child(object, value, key);
    if (next === undefined) found.push(unknownKey(object, path, key));
    else kept.push([key, withoutUnknownKeys(next, item, [...path, key], found)]);
  }
  return Object.fromEntries(kept);
}

function unknownKey(schema: SchemaNode, path: ConfigPath, key: string): Diagnostic {
  const at = [...path, key];
  const known = Object.keys(schema.entries ?? {}).filter((each) => each !== 'kind');
  const suggestion = closest(key, known);
  const others = known.length === 0 ? 'Remove it.' : `Use one of: ${known.join(', ')}.`;
  const hint = suggestion === undefined ? others : `Write '${suggestion}'.`;
  return diagnostic(
    'LOOM1201',
    { key, where: showPath(path), hint },
    { path: at, anchor: 'key', ...(suggestion !== undefined && { suggestion }) },
  );
}

/** Kinds of fds whose names are kept for a later version, in words. */
const laterKinds: Record<string, string> = { websocket: 'a WebSocket client' };

function wrongKind(path: ConfigPath, value: unknown, schema: SchemaNode): Diagnostic {
  const at = [...path, 'kind'];
  const kinds = (schema.options ?? []).flatMap((each) =>
    typeof each === 'string' ? [] : [String(each.entries?.kind?.literal)],
  );
  const kind = isPlainObject(value) ? value.kind : undefined;
  const feature = typeof kind === 'string' ? laterKinds[kind] : undefined;
  if (feature !== undefined) {
    const holes = { where: showPath(path), feature, kinds: kinds.join(', ') };
    return diagnostic('LOOM1804', holes, { path: at });
  }
  const helpers = kinds.map((each) => `${each}(…)`).join(', ');
  if (kind === undefined) {
    const holes = { where: showPath(path), found: show(value), expected: `one of ${helpers}` };
    return diagnostic('LOOM1203', holes, { path });
  }
  return wrongChoice(at, kind, `one of ${kinds.join(', ')}`, kinds);
}

/** A size or duration that is spelt in another way, as it should be: `64 KB` is `64K`. */
function respelt(leaf: Leaf, value: unknown): string {
  const pattern =
    leaf.kind === 'size' ? /^\s*([\d.]+)\s*([kmg])/i : /^\s*([\d.]+)\s*(ns|us|µs|ms|s|m|h)/i;
  const [, digits = '', unit = ''] = pattern.exec(String(value)) ?? [];
  if (leaf.kind === 'size') {
    const text = `${digits}${unit.toUpperCase()}`;
    return parseSize(text) === undefined ? showSize(leaf.minimum) : text;
  }
  const text = `${digits}${unit.toLowerCase().replace('µ', 'u')}`;
  return parseDuration(text) === undefined ? `${Number(value) || 20}ms` : text;
}

function wrongChoice(path: ConfigPath, value: unknown, words: string, choices: readonly string[]) {
  const suggestion = typeof value === 'string' ? closest(value, choices) : undefined;
  const hint = `Write ${suggestion === undefined ? words : `'${suggestion}'`}.`;
  return diagnostic(
    'LOOM1207',
    { where: showPath(path), found: show(value), expected: words, hint },
    { path, ...(suggestion !== undefined && { suggestion }) },
  );
}

/** What is wrong with the value of a leaf; the schema has already said that something is. */
function wrongLeaf(leaf: Leaf, path: ConfigPath, value: unknown): Diagnostic {
  const where = showPath(path);
  const found = show(value);
  const expected = expectedOf(leaf);
  const isWord = typeof value === 'string' || typeof value === 'number';
  if (leaf.kind === 'size' && isWord && parseSize(value) === undefined) {
    return diagnostic('LOOM1206', { where, found, example: respelt(leaf, value) }, { path });
  }
  if (leaf.kind === 'duration' && isWord && parseDuration(value) === undefined) {
    return diagnostic('LOOM1205', { where, found, example: respelt(leaf, value) }, { path });
  }
  if (leaf.kind === 'choice' && typeof value === 'string') {
    return wrongChoice(path, value, leaf.words, leaf.choices);
  }
  const parsed =
    leaf.kind === 'size'
      ? parseSize(value)
      : leaf.kind === 'duration'
        ? parseDuration(value)
        : value;
  const isNumber = typeof parsed === 'number' && Number.isSafeInteger(parsed);
  if (isNumber && 'minimum' in leaf) {
    const inRange = parsed >= leaf.minimum && parsed <= leaf.maximum;
    if (inRange && 'powerOfTwo' in leaf) {
      const below = 2 ** Math.floor(Math.log2(parsed));
      const write = leaf.kind === 'size' ? showSize : String;
      const holes = { where, found, below: write(below), above: write(below * 2) };
      return diagnostic('LOOM1208', holes, { path });
    }
    const shown = leaf.kind === 'duration' ? showDuration(parsed) : found.replaceAll("'", '');
    return diagnostic('LOOM1204', { where, found: shown, expected }, { path });
  }
  if (leaf.kind === 'choice' && typeof value === 'number') {
    return diagnostic('LOOM1204', { where, found, expected }, { path });
  }
  return diagnostic('LOOM1203', { where, found, expected }, { path });
}

/** The value and the schema at a path. */
function at(root: SchemaNode, value: unknown, path: ConfigPath) {
  let schema: SchemaNode | undefined = root;
  let current = value;
  for (const key of path) {
    schema = schema && child(schema, current, key);
    current = (current as Plain | undefined)?.[key as string];
  }
  return { schema: schema && inner(schema), value: current };
}

function describeIssue(value: unknown, path: ConfigPath): Diagnostic {
  const here = at(configSchema as unknown as SchemaNode, value, path);
  const key = path.at(-1);
  const parent = path.slice(0, -1);
  const container = at(configSchema as unknown as SchemaNode, value, parent);
  const isMissing = isPlainObject(container.value) && !Object.hasOwn(container.value, key ?? '');
  const leaf = here.schema && leafOf(here.schema);
  const expected = leaf ? expectedOf(leaf) : 'an object';
  if (key === 'kind' || here.schema?.type === 'variant') {
    const owner = key === 'kind' ? container : here;
    const ownerPath = key === 'kind' ? parent : path;
    if (owner.schema?.type === 'variant') return wrongKind(ownerPath, owner.value, owner.schema);
    const words = owner.schema && leafOf(owner.schema);
    if (key === 'kind' && words) return wrongLeaf(words, path, here.value);
  }
  if (isMissing && path.length > 0) {
    const holes = { key: String(key), where: showPath(parent), expected };
    return diagnostic('LOOM1202', holes, { path: parent });
  }
  if (leaf !== undefined) return wrongLeaf(leaf, path, here.value);
  const words = here.schema?.type === 'array' ? 'a list' : 'an object';
  const holes = { where: showPath(path), found: show(here.value), expected: words };
  return diagnostic('LOOM1203', holes, { path });
}

/** The path of an issue; of a union's, the deepest that its value leads to. */
function issuePath(issue: v.BaseIssue<unknown>): (string | number)[] {
  const own = (issue.path ?? []).map((item) => item.key as string | number);
  if (issue.type !== 'union' || !isPlainObject(issue.input)) return own;
  const deeper = (issue.issues ?? []).map((each) => issuePath(each));
  const longest = deeper.sort((first, second) => second.length - first.length)[0] ?? [];
  return [...own, ...longest];
}

/** The path of what is cut out for a mistake: an item takes its list. */
function cutPath(path: ConfigPath): ConfigPath {
  const list = path.findIndex((key) => typeof key === 'number');
  return list < 0 ? path : path.slice(0, list);
}

/** What stands in for a required part of the root that is missing or broken. */
const placeholders: Plain = { name: 'program', reactors: {}, fds: {} };

/** Removes what stands at a path, so that its default takes its place. */
function cut(value: Plain, path: ConfigPath): void {
  const key = String(path.at(-1));
  const parent = at(configSchema as unknown as SchemaNode, value, path.slice(0, -1)).value;
  if (isPlainObject(parent)) delete parent[key];
  if (path.length === 1 && key in placeholders) value[key] = placeholders[key];
}

/**
 * Checks the shape. The config that it gives lacks the parts that were wrong and that no default
 * can replace; it is undefined only when the value is no object at all.
 */
export function checkShape(value: unknown): {
  config: CheckedConfig | undefined;
  diagnostics: Diagnostic[];
} {
  const found: Diagnostic[] = [];
  if (!isPlainObject(value)) {
    const holes = { where: 'the config', found: show(value), expected: 'an object' };
    return { config: undefined, diagnostics: [diagnostic('LOOM1203', holes, { path: [] })] };
  }
  const root = configSchema as unknown as SchemaNode;
  const rest = withoutUnknownKeys(root, value, [], found) as Plain;
  const gone = new Set<string>();
  for (let round = 0; round < maximumRounds; round += 1) {
    const result = v.safeParse(configSchema, rest);
    if (result.success) return { config: result.output, diagnostics: found };
    for (const issue of result.issues) {
      const path = issuePath(issue);
      if (!gone.has(JSON.stringify(path))) found.push(describeIssue(value, path));
      let target = cutPath(path);
      // What is wrong although it was cut has no default: its owner goes too.
      while (gone.has(JSON.stringify(target)) && target.length > 1) target = target.slice(0, -1);
      gone.add(JSON.stringify(path)).add(JSON.stringify(target));
      cut(rest, target);
    }
  }
  throw new Error('the shape of the config did not settle');
}
