/** The view of `bindings/index.ts`: the typed face of a program in TypeScript. */
import { isClient, isDatagram, isFile, isSource, isStream, isTimer } from '../fd_kinds.ts';
import { instancesOf } from '../lower_groups.ts';
import type { Ir, IrChannel, IrFd, IrReactor } from '../../schemas/ir.ts';
import { callType, describeCall, programCalls } from './calls.ts';
import { describeChannel, hasPosts, isShared, programChannels } from './channels.ts';
import { jsFiles, jsFileType } from './js_requests.ts';
import { hasJsSends } from './js_sends.ts';
import { bannerLines, describeFd, isServer } from './sentences.ts';
import { docComment, identifier, typescriptString } from './text.ts';

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
  hasPosts: boolean;
  hasShared: boolean;
  /** Channels that other processes read. */
  shared: PropertyView[];
  hasMessages: boolean;
  /** The program's name in PascalCase. */
  typeName: string;
  name: string;
  /** String literals, or `never` when there are none. */
  reactorNames: string[];
  addressNames: string[];
  /** Fds that connect to somebody. */
  clientNames: string[];
  /** The one of them, for `open({ url })`; `never` when there is none or several. */
  onlyClient: string;
  /** Fds with connections or datagrams. */
  fdNames: string[];
  channelNames: string[];
  properties: PropertyView[];
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
  const properties = [
    ...fds.flatMap(fdProperty),
    ...ir.reactors.flatMap(fileProperties),
    ...channelProperties(ir),
    ...callProperties(ir),
  ];
  const shared = sharedProperties(ir);
  properties.sort((a, b) => (a.name < b.name ? -1 : 1));
  const namesOf = (some: readonly { readonly name: string }[]): string[] =>
    some.map(({ name }) => name).sort();
  const addressed = fds.filter((fd) => !isTimer(fd));
  const clients = namesOf(fds.filter(isClient));
  return {
    banner: bannerLines(ir, '// '),
    imports: runtimeImports(properties),
    hasChannels: [...properties, ...shared].some(({ type }) => type.includes('messages.')),
    hasPosts: hasPosts(ir) || programCalls(ir).length > 0,
    hasShared: shared.length > 0,
    shared,
    hasMessages: ir.messages.length > 0,
    typeName: pascalCase(identifier(ir.name)),
    name: identifier(ir.name),
    reactorNames: union(ir.reactors.flatMap(instancesOf).map(({ name }) => name)),
    addressNames: union(namesOf(addressed)),
    clientNames: union(clients),
    onlyClient: clients.length === 1 ? union(clients).join('') : 'never',
    fdNames: union(namesOf(fds.filter((fd) => isStream(fd) || isDatagram(fd)))),
    channelNames: union(namesOf(ir.reactors.flatMap(({ channels }) => channels))),
    properties,
  };
}

/** The imports of index.ts: only the types that it names. */
function runtimeImports(properties: readonly PropertyView[]): ImportView[] {
  const types = new Set(properties.map(({ type }) => type.replace(/^readonly |<.*/g, '')));
  const used = (names: readonly string[]): string[] => names.filter((name) => types.has(name));
  const imports: ImportView[] = [];
  const add = (names: readonly string[], from: string): void => {
    if (names.length > 0) imports.push({ names: names.join(', '), from });
  };
  add(used(['Call']), './loom/call.ts');
  add(used(['Channel']), './loom/channel.ts');
  add(used(['NativeChannel']), './loom/channel_stats.ts');
  add(used(['AppendableFile', 'ReadableFile', 'ReadWriteFile', 'WritableFile']), './loom/file.ts');
  add(['OpenOptions', 'Program'], './loom/open.ts');
  add(used(['PostChannel']), './loom/post_channel.ts');
  add(used(['SendingDatagrams', 'SendingServer', 'SendingStream']), './loom/sender.ts');
  add(used(['NativeServer', 'NativeStream', 'Server', 'Stream']), './loom/stream.ts');
  add(used(['Timer']), './loom/timer.ts');
  return imports;
}

function fdProperty(fd: IrFd): PropertyView[] {
  const comment = docComment('  ', describeFd(fd));
  const name = identifier(fd.name);
  if (isFile(fd)) return [];
  if (isDatagram(fd)) {
    return [{ comment, name, type: hasJsSends(fd) ? 'SendingDatagrams' : 'NativeServer' }];
  }
  if (isSource(fd)) return [];
  if (!isStream(fd)) return fd.handler === null ? [{ comment, name, type: 'Timer' }] : [];
  const form = fd.handler === null ? '' : hasJsSends(fd) ? 'Sending' : 'Native';
  const type = `${form}${isServer(fd) ? 'Server' : 'Stream'}`;
  return [{ comment, name, type }];
}

function fileProperties(reactor: IrReactor): PropertyView[] {
  return jsFiles(reactor).map((fd) => ({
    comment: docComment('  ', describeFd(fd)),
    name: identifier(fd.name),
    type: jsFileType(fd),
  }));
}

function channelProperties(ir: Ir): PropertyView[] {
  return programChannels(ir)
    .filter(({ channel }) => !isShared(channel))
    .map(({ reactor, channel }) => ({
      comment: docComment('  ', describeChannel(reactor, channel)),
      name: identifier(channel.name),
      type: channelType(reactor, channel),
    }));
}

function callProperties(ir: Ir): PropertyView[] {
  return programCalls(ir).map(({ reactor, call }) => ({
    comment: docComment('  ', describeCall(reactor, call)),
    name: identifier(call.name),
    type: callType(call),
  }));
}

/** The channels that other processes read, with what reads their messages. */
function sharedProperties(ir: Ir): PropertyView[] {
  return programChannels(ir)
    .filter(({ channel }) => isShared(channel))
    .map(({ reactor, channel }) => ({
      comment: docComment('  ', describeChannel(reactor, channel)),
      name: identifier(channel.name),
      type: `messages.${identifier(channel.message)}`,
    }));
}

/** What JavaScript has of a channel: its reading end, its writing end, or its counters. */
function channelType({ count }: IrReactor, { handler, from, message }: IrChannel): string {
  if (from !== undefined) return 'NativeChannel';
  const type =
    handler === undefined
      ? `Channel<messages.${identifier(message)}>`
      : `PostChannel<writers.${identifier(message)}Writer>`;
  return count === undefined ? type : `readonly ${type}[]`;
}

/** The members of a union of string literals. */
function union(names: readonly string[]): string[] {
  return names.length === 0 ? ['never'] : names.map(typescriptString);
}
