/** What channels are in C++: types, ends in their reactors, and members of the handlers. */
import type { Ir, IrChannel, IrReactor } from '../../schemas/ir.ts';
import { instancesOf } from '../lower_groups.ts';
import { messageHash } from '../layout_hash.ts';
import { argumentLines, fitted } from './cxx_layout.ts';
import type { HandlerMemberView, Service } from './handlers.ts';
import { bannerLines } from './sentences.ts';
import { commentLines, cxxString, grouped, identifier, integer } from './text.ts';

/** One channel's type. */
export interface ChannelTypeView {
  comment: string[];
  typeName: string;
  message: string;
  shape: string[];
  /** What readers of other processes are told; empty where there are none. */
  shared: string[];
  /** The member that is its key; empty without one. */
  key: string[];
}

/** The view of `cxx/channels.hpp`. */
export interface ChannelsView {
  banner: string[];
  includes: string[];
  namespace: string;
  channels: ChannelTypeView[];
}

/** The channels of one reactor: its writing ends, its reading ends, and what binds them. */
export interface ReactorChannelsView {
  hasChannels: boolean;
  channels: { name: string; typeName: string }[];
  hasSharedFiles: boolean;
  sharedFiles: { name: string }[];
  hasReceivers: boolean;
  receivers: { name: string; typeName: string }[];
  /** Statements that bind both to their memory and to handlers. */
  binds: string[];
}

/** A channel with the reactor that it is shown for. */
interface Placed {
  reactor: IrReactor;
  channel: IrChannel;
}

/** Every channel of a program once, by its name: as its reader has it, where that is a reactor. */
export function programChannels(ir: Ir): (Placed & { name: string })[] {
  const placed = ir.reactors.flatMap((reactor) =>
    [...reactor.channels.filter(({ to }) => to === undefined), ...(reactor.received ?? [])].map(
      (channel) => ({ name: channel.name, reactor, channel }),
    ),
  );
  return placed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether JavaScript writes any channel. */
export function hasPosts(ir: Ir): boolean {
  return programChannels(ir).some(
    ({ channel }) => channel.handler !== undefined && channel.from === undefined,
  );
}

/** What happens when a channel is full, in a word or two. */
function fullWords({ full, key }: IrChannel): string {
  return key === undefined ? full : `${full} by ${key}`;
}

/** One sentence about a channel, with its config path first. */
export function describeChannel(reactor: IrReactor, channel: IrChannel): string {
  const room = `${grouped(channel.capacity)} ${channel.message}`;
  const isRead = channel.handler !== undefined;
  const other = (name: string | undefined): string =>
    name === undefined ? 'JavaScript' : `reactors.${name}`;
  const own = `reactors.${reactor.name}`;
  const reader =
    channel.sharedMemory === undefined ? other(channel.to) : `/dev/shm/${channel.sharedMemory}`;
  const [from, to] = isRead ? [other(channel.from), own] : [own, reader];
  const ends = `from ${from} to ${to}`;
  const each = reactor.count === undefined ? '' : `, one for each of ${reactor.count} instances`;
  return `channels.${channel.name} - ${room} ${ends}${each}; when full: ${fullWords(channel)}.`;
}

/** Describes the types of some channels. */
export function channelsView(ir: Ir, placed: readonly Placed[]): ChannelsView {
  return {
    banner: bannerLines(ir, '// '),
    includes: [`${identifier(ir.name)}/messages.hpp`, 'loom/channel_layout.hpp'].sort(),
    namespace: identifier(ir.name),
    channels: placed.map(({ reactor, channel }) => channelType(ir, reactor, channel)),
  };
}

function channelType(ir: Ir, reactor: IrReactor, channel: IrChannel): ChannelTypeView {
  const message = `::${identifier(ir.name)}::${identifier(channel.message)}`;
  const isRead = channel.handler !== undefined;
  const writesJs = isRead && channel.from === undefined;
  const suffix = channel.key === undefined ? '' : '_by_key';
  const full = `${channel.full.replaceAll('-', '_')}${suffix}`;
  const end = (name: string, kind: string): string => `      .${name} = loom::ChannelEnd::${kind},`;
  const reader = channel.sharedMemory === undefined ? 'js' : 'shared_memory';
  return {
    comment: commentLines('/// ', describeChannel(reactor, channel)),
    typeName: identifier(channel.typeName),
    message,
    shape: [
      `      .name = ${cxxString(channel.name)},`,
      `      .capacity = ${integer(channel.capacity)},`,
      `      .full = loom::ChannelFull::${full},`,
      end('from', writesJs ? 'js' : 'reactor'),
      end('to', isRead ? 'reactor' : reader),
      ...(channel.awaited === 1 ? ['      .is_awaited = true,'] : []),
    ],
    shared:
      channel.sharedMemory === undefined
        ? []
        : [
            `  static constexpr const char* shared_name = ${cxxString(channel.sharedMemory)};`,
            `  static constexpr std::uint64_t layout = 0x${messageHash(ir, channel.message)};`,
          ],
    key: channel.key === undefined ? [] : [`${message}::${identifier(channel.key)}`],
  };
}

/** The reactors that a handler runs on. */
function reactorsOf({ fds, received }: Service): IrReactor[] {
  return [...new Set([...fds, ...received].map(({ reactor }) => reactor))];
}

/** The channels that a handler can publish to: those of every reactor it runs on. */
export function channelsOf(service: Service): Placed[] {
  return reactorsOf(service).flatMap((reactor) =>
    reactor.channels.map((channel) => ({ reactor, channel })),
  );
}

/** A channel as the member of a handler that publishes to it. */
export function channelMember({ reactor, channel }: Placed): HandlerMemberView {
  return member('ChannelOut', reactor, channel);
}

/** A channel as the member of the handler that it comes to. */
export function receivedMember({ reactor, channel }: Placed): HandlerMemberView {
  return member('ChannelIn', reactor, channel);
}

function member(kind: string, reactor: IrReactor, channel: IrChannel): HandlerMemberView {
  const type = `loom::${kind}<channel::${identifier(channel.typeName)}>`;
  return {
    comment: commentLines('  /// ', describeChannel(reactor, channel)),
    declaration: [`  ${type} ${identifier(channel.name)};`],
  };
}

/** Whether other processes read a channel. */
export function isShared({ sharedMemory }: IrChannel): boolean {
  return sharedMemory !== undefined;
}

/** Makes the file of a channel; the first error ends the start. */
function bindShared(name: string): string[] {
  const call = 'this->bind_to_shared_memory(';
  const head = `    if (loom::StartError error = ${call}`;
  return [
    ...fitted(`${head}shared_files_.${name}, channels_.${name})) {`, [
      '    if (loom::StartError error =',
      `            ${call}shared_files_.${name}, channels_.${name})) {`,
    ]),
    '      return error;',
    '    }',
  ];
}

/** The ends of a reactor's channels. `members` are the names of its handlers by their types. */
export function reactorChannels(
  ir: Ir,
  reactor: IrReactor,
  members: ReadonlyMap<string, string>,
): ReactorChannelsView {
  const received = reactor.received ?? [];
  const shared = reactor.channels.filter(isShared);
  const ends = (channels: readonly IrChannel[]) =>
    channels.map(({ name, typeName }) => ({
      name: identifier(name),
      typeName: identifier(typeName),
    }));
  const bind = (method: string, end: string, other: string[], { offset }: IrChannel): string[] =>
    argumentLines(`    this->${method}(`, [end, ...other, integer(offset)], ');');
  // In the program's table the instances of groups have places of their own.
  const table = ir.reactors.flatMap(instancesOf);
  const indexOf = (name: string): string => integer(table.findIndex((each) => each.name === name));
  return {
    hasChannels: reactor.channels.length > 0,
    channels: ends(reactor.channels),
    hasSharedFiles: shared.length > 0,
    sharedFiles: ends(shared),
    hasReceivers: received.length > 0,
    receivers: ends(received),
    binds: [
      ...reactor.channels.flatMap((channel) => {
        const end = `channels_.${identifier(channel.name)}`;
        if (isShared(channel)) return bindShared(identifier(channel.name));
        return channel.to === undefined
          ? bind('bind_to_js', end, [], channel)
          : bind('bind_to_reactor', end, ['run', indexOf(channel.to)], channel);
      }),
      ...received.flatMap((channel) => {
        const end = `receivers_.${identifier(channel.name)}`;
        return channel.from === undefined
          ? bind('bind_from_js', end, [], channel)
          : bind('bind_from_reactor', end, [indexOf(channel.from)], channel);
      }),
      ...received.map(({ name, handler }) => {
        const end = identifier(name);
        const member = `handlers_.${members.get(handler ?? '') ?? ''}`;
        return `    ${member}.${end}.attach(receivers_.${end});`;
      }),
      ...[...members.values()].flatMap((handler) =>
        reactor.channels.map(({ name }) => {
          const end = identifier(name);
          return `    handlers_.${handler}.${end}.attach(channels_.${end});`;
        }),
      ),
    ],
  };
}

/** What each_receiver shows: handler, its member, and the reading end. */
export function shownReceivers(reactor: IrReactor, members: ReadonlyMap<string, string>): string[] {
  return (reactor.received ?? []).map(({ name, handler }) => {
    const member = `handlers_.${members.get(handler ?? '') ?? ''}`;
    return `${member}, ${member}.${identifier(name)}, receivers_.${identifier(name)}`;
  });
}

/** What each_outlet shows: each handler with each channel that blocks. */
export function shownOutlets(reactor: IrReactor, members: readonly string[]): string[] {
  const blocking = reactor.channels.filter(({ full }) => full === 'block');
  return members.flatMap((member) =>
    blocking.map(({ name }) => `handlers_.${member}, handlers_.${member}.${identifier(name)}`),
  );
}

/** The view of `cxx/shared.hpp`. */
export interface SharedView {
  banner: string[];
  namespace: string;
  readers: { comment: string[]; typeName: string }[];
}

/** Describes what reads the channels in shared memory; undefined without any. */
export function sharedView(ir: Ir): SharedView | undefined {
  const shared = programChannels(ir).filter(({ channel }) => isShared(channel));
  if (shared.length === 0) return undefined;
  return {
    banner: bannerLines(ir, '// '),
    namespace: identifier(ir.name),
    readers: shared.map(({ reactor, channel }) => ({
      comment: commentLines('/// ', describeChannel(reactor, channel)),
      typeName: identifier(channel.typeName),
    })),
  };
}
