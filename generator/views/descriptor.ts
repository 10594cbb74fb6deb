/** The view of `bindings/descriptor.ts`: the numbers that templates/bindings needs of a program. */
import type { Ir, IrChannel, IrFd, IrReactor, IrStreamFd } from '../../schemas/ir.ts';
import { isDatagram, isFile, isSource, isStream } from '../fd_kinds.ts';
import { layoutHash, messageHash } from '../layout_hash.ts';
import { type Instance, instancesOf } from '../lower_groups.ts';
import { longestPacketBytes } from '../lower_shared.ts';
import { callFields, programCalls } from './calls.ts';
import { hasPosts, isShared, programChannels } from './channels.ts';
import { jsRequestField } from './js_requests.ts';
import { bannerLines, configPath, framingOverhead } from './sentences.ts';
import { identifier, integer, maximumColumns, typescriptString } from './text.ts';

/** One entry of a list in the descriptor: its fields on as few lines as they fit. */
export interface DescriptorEntryView {
  lines: string[];
}

/** One reactor in the descriptor. */
export interface DescriptorReactorView {
  name: string;
  /** The line that names its group; none for those that are single. */
  group: string[];
  sharedBytes: string;
  delivery: string;
  inbox: string;
  /** The lines about what JavaScript asks besides its connections. */
  requests: string[];
  hasCalls: boolean;
  calls: DescriptorEntryView[];
  hasFds: boolean;
  fds: DescriptorEntryView[];
  hasChannels: boolean;
  channels: DescriptorEntryView[];
  hasPosts: boolean;
  posts: DescriptorEntryView[];
  hasPassing: boolean;
  /** Channels from another reactor. */
  passing: DescriptorEntryView[];
}

/** The view of `ts/descriptor.ts`. */
export interface DescriptorView {
  banner: string[];
  name: string;
  layout: string;
  hasChannels: boolean;
  hasPosts: boolean;
  hasShared: boolean;
  shared: DescriptorEntryView[];
  candidates: string[];
  buildCommands: string[];
  reactors: DescriptorReactorView[];
}

/** Describes the numbers that the runtime needs. */
export function descriptorView(ir: Ir): DescriptorView {
  const name = identifier(ir.name);
  const shared = programChannels(ir).flatMap(({ channel }) => sharedChannel(ir, channel));
  const hasCalls = programCalls(ir).length > 0;
  const presets = ['release', 'debug'];
  return {
    banner: bannerLines(ir, '// '),
    name: typescriptString(name),
    layout: typescriptString(layoutHash(ir)),
    hasChannels: hasCalls || programChannels(ir).some(({ channel }) => !channel.handler),
    hasPosts: hasCalls || hasPosts(ir),
    hasShared: shared.length > 0,
    shared,
    candidates: presets.map((preset) => typescriptString(`../build/${preset}/${name}.node`)),
    buildCommands: [typescriptString(`npx loomgen build ${shellWord(configPath(ir))}`)],
    reactors: ir.reactors.flatMap((reactor) =>
      instancesOf(reactor).map((instance) => descriptorReactor(ir, reactor, instance)),
    ),
  };
}

/** A path as one word of a shell command. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** One instance; what the program has once, its fds, is the first's. */
function descriptorReactor(ir: Ir, reactor: IrReactor, instance: Instance): DescriptorReactorView {
  const { shared } = reactor;
  const fds = instance.number === 0 ? reactor.fds.filter((fd) => !isSource(fd)) : [];
  const channels = reactor.channels.filter(
    (channel) => channel.to === undefined && !isShared(channel),
  );
  const received = reactor.received ?? [];
  const posts = received.filter(({ from }) => from === undefined);
  const passing = received.filter(({ from }) => from !== undefined);
  const ring = (offset: number, bytes: number): string =>
    `{ offset: ${integer(offset)}, bytes: ${integer(bytes)} }`;
  return {
    name: typescriptString(instance.name),
    group: reactor.count === undefined ? [] : [`      group: ${typescriptString(reactor.name)},`],
    sharedBytes: integer(shared.bytes),
    delivery: ring(shared.deliveryOffset, shared.deliveryBytes),
    inbox: ring(shared.inboxOffset, shared.inboxBytes),
    requests: jsRequestField(reactor),
    hasCalls: reactor.calls !== undefined,
    calls: callFields(reactor).map((fields) => ({ lines: wrapped(fields) })),
    hasFds: fds.length > 0,
    fds: fds.map((fd) => ({ lines: wrapped(descriptorFd(fd)) })),
    hasChannels: channels.length > 0,
    channels: channels.map((channel) => ({
      lines: wrapped([...cells(channel), `reader: messages.${identifier(channel.message)}`]),
    })),
    hasPosts: posts.length > 0,
    posts: posts.map((channel) => ({
      lines: wrapped([
        ...cells(channel),
        ...keyField(ir, channel),
        `writer: writers.${identifier(channel.message)}Writer`,
      ]),
    })),
    hasPassing: passing.length > 0,
    passing: passing.map((channel) => ({ lines: wrapped(cells(channel)) })),
  };
}

/** What readers of other processes need of a channel in shared memory. */
function sharedChannel(ir: Ir, channel: IrChannel): DescriptorEntryView[] {
  const { name, sharedMemory, capacity, strideBytes, message } = channel;
  if (sharedMemory === undefined) return [];
  const recordBytes = ir.messages.find((each) => each.name === message)?.bytes ?? 0;
  const fields = [
    `name: ${typescriptString(name)}`,
    `file: ${typescriptString(sharedMemory)}`,
    `capacity: ${integer(capacity)}`,
    `strideBytes: ${integer(strideBytes)}`,
    `recordBytes: ${integer(recordBytes)}`,
    `layout: ${typescriptString(messageHash(ir, message))}`,
    `reader: messages.${identifier(message)}`,
  ];
  return [{ lines: wrapped(fields) }];
}

/** Where the cells of a channel are, and what happens when all are taken. */
function cells({ name, offset, capacity, strideBytes, full, key }: IrChannel): string[] {
  return [
    `name: ${typescriptString(name)}`,
    `offset: ${integer(offset)}`,
    `capacity: ${integer(capacity)}`,
    `strideBytes: ${integer(strideBytes)}`,
    `full: ${typescriptString(key === undefined ? full : `${full}-by-key`)}`,
  ];
}

/** Where the key of a channel is in its messages, for their writer. */
function keyField(ir: Ir, { message, key }: IrChannel): string[] {
  const { fields = [] } = ir.messages.find((each) => each.name === message) ?? {};
  const field = fields.find((each) => each.name === key);
  if (field === undefined) return [];
  return [`key: { offset: ${integer(field.offset)}, bytes: ${integer(field.bytes)} }`];
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
  if (isFile(fd)) return [...common, `direct: ${fd.direct === 1}`];
  if (isDatagram(fd)) {
    return fd.jsSends === 1 ? [...common, `sendBytes: ${integer(fd.send.bytes)}`] : common;
  }
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
    ...(fd.jsSends === 1 ? ['jsSends: true'] : []),
  ];
}
