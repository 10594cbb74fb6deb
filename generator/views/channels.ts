/** What channels are in C++: types, ends in their reactors, and members of the handlers. */
import type { Ir, IrChannel, IrReactor } from '../../schemas/ir.ts';
import { instancesOf } from '../lower_groups.ts';
import { argumentLines } from './cxx_layout.ts';
import type { HandlerMemberView, Service } from './handlers.ts';
import { bannerLines } from './sentences.ts';
import { commentLines, cxxString, grouped, identifier, integer } from './text.ts';

/** One channel's type. */
export interface ChannelTypeView {
  comment: string[];
  typeName: string;
  message: string;
  shape: string[];
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
  const [from, to] = isRead ? [other(channel.from), own] : [own, other(channel.to)];
  const ends = `from ${from} to ${to}`;
  return `channels.${channel.name} - ${room} ${ends}; when full: ${fullWords(channel)}.`;
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
  const end = (name: string, isJs: boolean): string =>
    `      .${name} = loom::ChannelEnd::${isJs ? 'js' : 'reactor'},`;
  return {
    comment: commentLines('/// ', describeChannel(reactor, channel)),
    typeName: identifier(channel.typeName),
    message,
    shape: [
      `      .name = ${cxxString(channel.name)},`,
      `      .capacity = ${integer(channel.capacity)},`,
      `      .full = loom::ChannelFull::${full},`,
      end('from', writesJs),
      end('to', !isRead),
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

/** The ends of a reactor's channels. `handlers` are its handlers' types by their member names. */
export function reactorChannels(
  ir: Ir,
  reactor: IrReactor,
  members: readonly string[],
): ReactorChannelsView {
  const received = reactor.received ?? [];
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
    hasReceivers: received.length > 0,
    receivers: ends(received),
    binds: [
      ...reactor.channels.flatMap((channel) => {
        const end = `channels_.${identifier(channel.name)}`;
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
      ...members.flatMap((handler) =>
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
