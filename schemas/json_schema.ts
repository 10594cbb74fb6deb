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
import { Node, Project, SyntaxKind } from 'ts-morph';
import { configSchema } from './config.ts';
import type { Leaf } from './leaf.ts';

/** Where the file lies. */
export const schemaFile = fileURLToPath(new URL('./loom.schema.json', import.meta.url));

type Json = Record<string, unknown>;

const sizePattern = '^[0-9]+(\\.[0-9]+)?[KMG]$';
const durationPattern = '^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)$';

/** The JSON Schema of a leaf whose check is code. */
function leafSchema(leaf: Leaf): Json | undefined {
  if (leaf.kind === 'size') {
    const bytes = { type: 'integer', minimum: leaf.minimum, maximum: leaf.maximum };
    return { anyOf: [bytes, { type: 'string', pattern: sizePattern }] };
  }
  return leaf.kind === 'duration' ? { type: 'string', pattern: durationPattern } : undefined;
}

/** Doc comments of the properties in the schema's source, by `variable.property`. */
function docComments(): Map<string, string> {
  const project = new Project({ skipAddingFilesFromTsConfig: true });
  const comments = new Map<string, string>();
  for (const file of [
    './config.ts',
    './config_channels.ts',
    './config_datagrams.ts',
    './config_fds.ts',
    './config_messages.ts',
    './config_pools.ts',
    './config_sources.ts',
    './config_timers.ts',
    './config_tune.ts',
  ]) {
    const source = project.addSourceFileAtPath(fileURLToPath(new URL(file, import.meta.url)));
    source.forEachDescendant((node) => {
      if (!Node.isPropertyAssignment(node)) return;
      const range = node.getLeadingCommentRanges().at(-1)?.getText() ?? '';
      if (!range.startsWith('/**')) return;
      const text = range
        .replace(/^\/\*\*|\*\/$/g, '')
        .replace(/\n\s*\*\s?/g, '\n')
        .replace(/\n?@default[^\n]*/g, '')
        .replace(/\s+/g, ' ')
        .trim();
      const owner = node.getFirstAncestorByKind(SyntaxKind.VariableDeclaration)?.getName() ?? '';
      comments.set(`${owner}.${node.getName()}`, text);
    });
  }
  return comments;
}

/** The variables whose object literals describe each object of the schema. */
const owners: Record<string, readonly string[]> = {
  '': ['configSchema'],
  backends: ['backendsSchema'],
  reactors: ['reactorSchema', 'kernelWorkersSchema'],
  stacks: ['stackSchema'],
  messages: ['messageSchema', 'fieldSchema'],
  fds: [
    'tcpSchema',
    'tcpServerSchema',
    'unixSchema',
    'unixServerSchema',
    'timerSchema',
    'eventfdSchema',
    'pipeSchema',
    'signalSchema',
    'sourceEntries',
    'streamEntries',
    'clientEntries',
    'serverEntries',
    'tcpEntries',
    'unixEntries',
    'receiveSchema',
    'keepAliveSchema',
    'reconnectSchema',
    'styleSchema',
    'lineFraming',
    'lengthPrefixedFraming',
  ],
  channels: ['channelSchema'],
  native: ['nativeSchema'],
  tune: ['tuneSchema', 'streamLoad', 'echoLoad', 'ingestLoad', 'pacedLoad', 'commandLoad'],
};

/** The same for the objects of a datagram fd, which has keys that streams have too. */
const datagramOwners: Record<string, readonly string[]> = {
  receive: ['datagramReceiveSchema'],
  send: ['datagramSendSchema'],
  groups: ['groupSchema'],
  multicast: ['multicastSchema'],
};
const datagramKinds: readonly unknown[] = ['udp', 'unixDatagram'];

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Adds the comments to the properties of a schema and of everything under it.
 * @param nearest the variables that come before those of the part
 */
function describe(
  schema: unknown,
  part: string,
  comments: Map<string, string>,
  nearest: readonly string[] = [],
): void {
  if (Array.isArray(schema)) {
    for (const each of schema) describe(each, part, comments, nearest);
    return;
  }
  if (!isObject(schema)) return;
  const kind = isObject(schema.properties)
    ? (schema.properties.kind as { const?: string } | undefined)?.const
    : undefined;
  // Two kinds of fd describe the same key differently; the one of its own kind comes first.
  const isDatagram = datagramKinds.includes(kind);
  const common = isDatagram ? ['datagramEntries'] : [];
  const named = kind === undefined ? nearest : [`${kind}Schema`, `${kind}Framing`, ...common];
  for (const [key, value] of Object.entries(schema)) {
    if (key !== 'properties' || !isObject(value)) {
      describe(value, part, comments, nearest);
      continue;
    }
    for (const [name, property] of Object.entries(value)) {
      const candidates = [...named, ...(owners[part] ?? [])];
      const owner = candidates.find((each) => comments.has(`${each}.${name}`));
      const text = owner === undefined ? undefined : comments.get(`${owner}.${name}`);
      if (text !== undefined && isObject(property)) property.description = text;
      const inside = isDatagram ? datagramOwners[name] : [];
      describe(property, part === '' ? name : part, comments, inside);
    }
  }
}

/** The text of the file. */
export function schemaText(): string {
  const schema = toJsonSchema(configSchema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    ignoreActions: ['check', 'transform'],
    overrideAction: ({ valibotAction, jsonSchema }) => {
      const own = (valibotAction as { metadata?: { leaf?: Leaf } }).metadata?.leaf;
      const { leaf: _description, ...rest } = jsonSchema as Json;
      return { ...rest, ...(own && leafSchema(own)) };
    },
  }) as Json;
  describe(schema, '', docComments());
  const properties = schema.properties as Json;
  const title = 'loomgen config';
  const document = {
    ...schema,
    title,
    properties: { $schema: { type: 'string' }, ...properties },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** True when the file in the repository is what this program would write. */
export function isCurrent(): boolean {
  return readFileSync(schemaFile, 'utf8') === schemaText();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(schemaFile, schemaText());
}
