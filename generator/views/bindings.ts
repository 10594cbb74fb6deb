/**
 * The views of `bindings/index.ts` and `bindings/descriptor.ts`: the typed face of a program in
 * TypeScript, over the runtime that templates/bindings holds.
 */
import { isDatagram, isFile, isSource, isStream, isTimer } from '../fd_kinds.ts';
import { type Instance, instancesOf } from '../lower_groups.ts';
import { longestPacketBytes } from '../lower_shared.ts';
import type { Ir, IrFd, IrReactor, IrStreamFd } from '../../schemas/ir.ts';
import { bannerLines, configPath, describeFd, framingOverhead, isServer } from './sentences.ts';
import { commentLines, identifier, integer, maximumColumns, typescriptString } from './text.ts';

/** One property of the program: an fd or a channel. */
export interface PropertyView {
  comment: string[];
  name: string;
  type: string;
}

/** An import of types from the runtime. */
export interface ImportView {
  names: string;
  from: string;
}

/** The view of `ts/index.ts`. */
export interface IndexView {
  banner: string[];
  imports: ImportView[];
  hasChannels: boolean;
  hasMessages: boolean;
  /** The program's name in PascalCase. */
  typeName: string;
  name: string;
  /** String literals, or `never` when there are none. */
  reactorNames: string[];
  addressNames: string[];
  properties: PropertyView[];
}

/** One entry of a list in the descriptor: its fields on as few lines as they fit. */
export interface DescriptorEntryView {
  lines: string[];
}

/** One reactor in the descriptor. */
export interface DescriptorReactorView {
  name: string;
  sharedBytes: string;
  delivery: string;
  inbox: string;
  hasFds: boolean;
  fds: DescriptorEntryView[];
  hasChannels: boolean;
  channels: DescriptorEntryView[];
}

/** The view of `ts/descriptor.ts`. */
export interface DescriptorView {
  banner: string[];
  name: string;
  hasChannels: boolean;
  candidates: string[];
  buildCommands: string[];
  reactors: DescriptorReactorView[];
}

/** A name of a config in PascalCase: `order_book` gives `OrderBook`. */
export function pascalCase(name: string): string {
  return name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

/** Describes the program's face. */
export function indexView(ir: Ir): IndexView {
  const fds = ir.reactors.flatMap((reactor) => reactor.fds);
  const properties = [...fds.flatMap(fdProperty), ...ir.reactors.flatMap(channelProperties)];
  properties.sort((a, b) => (a.name < b.name ? -1 : 1));
  const addressed = fds.filter((fd) => !isTimer(fd)).map(({ name }) => name);
  return {
    banner: bannerLines(ir, '// '),
    imports: runtimeImports(properties),
    hasChannels: ir.reactors.some(({ channels }) => channels.length > 0),
    hasMessages: ir.messages.length > 0,
    typeName: pascalCase(identifier(ir.name)),
    name: identifier(ir.name),
    reactorNames: union(ir.reactors.flatMap(instancesOf).map(({ name }) => name)),
    addressNames: union(addressed.sort()),
    properties,
  };
}

/** The imports of index.ts: only the types that it names. */
function runtimeImports(properties: readonly PropertyView[]): ImportView[] {
  const types = new Set(properties.map(({ type }) => type.replace(/<.*/, '')));
  const used = (names: readonly string[]): string[] => names.filter((name) => types.has(name));
  const imports: ImportView[] = [];
  const add = (names: readonly string[], from: string): void => {
    if (names.length > 0) imports.push({ names: names.join(', '), from });
  };
  add(used(['Channel']), './loom/channel.ts');
  add(['OpenOptions', 'Program'], './loom/open.ts');
  add(used(['NativeServer', 'NativeStream', 'Server', 'Stream']), './loom/stream.ts');
  add(used(['Timer']), './loom/timer.ts');
  return imports;
}

/** A doc comment of a property: one line when it fits. */
function propertyComment(sentence: string): string[] {
  const lines = commentLines('   * ', sentence);
  const whole = `  /** ${(lines[0] ?? '').slice(5)} */`;
  if (lines.length === 1 && whole.length <= maximumColumns) return [whole];
  return ['  /**', ...lines, '   */'];
}

function fdProperty(fd: IrFd): PropertyView[] {
  const comment = propertyComment(describeFd(fd));
  const name = identifier(fd.name);
  if (isFile(fd)) return [];
  if (isDatagram(fd)) return [{ comment, name, type: 'NativeServer' }];
  if (isSource(fd)) return [];
  if (!isStream(fd)) return fd.handler === null ? [{ comment, name, type: 'Timer' }] : [];
  const type = `${fd.handler === null ? '' : 'Native'}${isServer(fd) ? 'Server' : 'Stream'}`;
  return [{ comment, name, type }];
}

function channelProperties(reactor: IrReactor): PropertyView[] {
  return reactor.channels.map((channel) => ({
    comment: propertyComment(
      `channels.${channel.name} - ${channel.capacity} ${channel.message} from reactors.` +
        `${reactor.name}; when full: ${channel.full}.`,
    ),
    name: identifier(channel.name),
    type: `Channel<messages.${identifier(channel.message)}>`,
  }));
}

/** The members of a union of string literals. */
function union(names: readonly string[]): string[] {
  return names.length === 0 ? ['never'] : names.map(typescriptString);
}

/** Describes the numbers that the runtime needs. */
export function descriptorView(ir: Ir): DescriptorView {
  const name = identifier(ir.name);
  const presets = ['release', 'debug'];
  return {
    banner: bannerLines(ir, '// '),
    name: typescriptString(name),
    hasChannels: ir.reactors.some(({ channels }) => channels.length > 0),
    candidates: presets.map((preset) => typescriptString(`../build/${preset}/${name}.node`)),
    buildCommands: [typescriptString(`npx loomgen build ${shellWord(configPath(ir))}`)],
    reactors: ir.reactors.flatMap((reactor) =>
      instancesOf(reactor).map((instance) => descriptorReactor(reactor, instance)),
    ),
  };
}

/** A path as one word of a shell command. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** One instance; what the program has once, its fds, is the first's. */
function descriptorReactor(reactor: IrReactor, instance: Instance): DescriptorReactorView {
  const { shared } = reactor;
  const fds = instance.number === 0 ? reactor.fds.filter((fd) => !isSource(fd)) : [];
  const ring = (offset: number, bytes: number): string =>
    `{ offset: ${integer(offset)}, bytes: ${integer(bytes)} }`;
  return {
    name: typescriptString(instance.name),
    sharedBytes: integer(shared.bytes),
    delivery: ring(shared.deliveryOffset, shared.deliveryBytes),
    inbox: ring(shared.inboxOffset, shared.inboxBytes),
    hasFds: fds.length > 0,
    fds: fds.map((fd) => ({ lines: wrapped(descriptorFd(fd)) })),
    hasChannels: reactor.channels.length > 0,
    channels: reactor.channels.map((channel) => ({
      lines: wrapped([
        `name: ${typescriptString(channel.name)}`,
        `offset: ${integer(channel.offset)}`,
        `capacity: ${integer(channel.capacity)}`,
        `strideBytes: ${integer(channel.strideBytes)}`,
        `reader: messages.${identifier(channel.message)}`,
      ]),
    })),
  };
}

/** The columns before a field of the descriptor's lists. */
const fieldIndent = ' '.repeat(10);

/** A field with a string; one that is wider than a line becomes a sum of several. */
function stringField(name: string, text: string): string {
  const whole = `${name}: ${typescriptString(text)}`;
  if (fieldIndent.length + whole.length < maximumColumns) return whole;
  const room = maximumColumns - fieldIndent.length - "  '' +".length;
  const parts: string[] = [];
  let part = '';
  for (const character of text) {
    if (typescriptString(part + character).length - 2 > room) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  const literals = [...parts, part].map((each) => `\n${fieldIndent}  ${typescriptString(each)}`);
  return `${name}:${literals.join(' +')}`;
}

/** Fields of an object literal, as many on a line as fit. */
function wrapped(fields: readonly string[]): string[] {
  const indent = fieldIndent;
  const lines: string[] = [];
  for (const field of fields) {
    const last = lines.at(-1);
    const alone = field.includes('\n') || (last?.includes('\n') ?? true);
    if (!alone && last !== undefined && last.length + field.length + 2 <= maximumColumns) {
      lines[lines.length - 1] = `${last} ${field},`;
    } else {
      lines.push(`${indent}${field},`);
    }
  }
  return lines;
}

/** The longest message that may be sent; 0 is bytes that may be cut anywhere. */
function maximumMessageBytes(fd: IrStreamFd): number {
  if (fd.framing.kind === 'raw') return 0;
  return fd.framing.kind === 'packet' ? longestPacketBytes(fd) : fd.framing.maximumBytes;
}

function descriptorFd(fd: IrFd): string[] {
  const common = [
    `kind: ${typescriptString(fd.kind)}`,
    `name: ${typescriptString(fd.name)}`,
    `index: ${integer(fd.index)}`,
    `native: ${fd.handler === null ? 'false' : 'true'}`,
  ];
  if (!isStream(fd)) return common;
  const maximum = maximumMessageBytes(fd);
  return [
    ...common,
    stringField('address', fd.address),
    `connections: ${integer(fd.slots)}`,
    `firstSharedSlot: ${integer(fd.firstSharedSlot)}`,
    `writeQueueBytes: ${integer(fd.writeQueueBytes)}`,
    `framingBytes: ${integer(framingOverhead(fd.framing))}`,
    `maximumMessageBytes: ${integer(maximum)}`,
  ];
}
