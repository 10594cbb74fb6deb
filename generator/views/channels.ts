/** What channels are in C++: publishers of a reactor, and members of the handlers that publish. */
import type { IrChannel, IrReactor } from '../../schemas/ir.ts';
import { fitted } from './cxx_layout.ts';
import type { HandlerMemberView, Service } from './handlers.ts';
import { commentLines, grouped, identifier, integer } from './text.ts';

/** One channel as a member of its reactor. */
export interface ChannelMemberView {
  name: string;
  /** Its declaration, on as many lines as it needs. */
  type: string[];
  /** Where its ring begins in the shared block, in bytes. */
  offset: string;
}

/** The channels that a handler can publish to: those of every reactor it runs on. */
export function channelsOf(service: Service): { reactor: IrReactor; channel: IrChannel }[] {
  const reactors = new Set(service.fds.map(({ reactor }) => reactor));
  return [...reactors].flatMap((reactor) =>
    reactor.channels.map((channel) => ({ reactor, channel })),
  );
}

/** The template arguments of a channel's publisher. */
function channelArguments(channel: IrChannel): string {
  const full = channel.full === 'conflate' ? 'conflate' : 'drop_newest';
  const capacity = integer(channel.capacity);
  return `${identifier(channel.message)}, ${capacity}, loom::ChannelFull::${full}`;
}

/** A channel as the member of a handler. */
export function channelMember(reactor: IrReactor, channel: IrChannel): HandlerMemberView {
  const room = `${grouped(channel.capacity)} ${channel.message}`;
  const sentence =
    `channels.${channel.name} - ${room} from reactors.${reactor.name} to JavaScript; ` +
    `when full: ${channel.full}.`;
  const type = `loom::ChannelOut<${channelArguments(channel)}>`;
  const name = identifier(channel.name);
  return {
    comment: commentLines('  /// ', sentence),
    declaration: fitted(`  ${type} ${name};`, [`  ${type}`, `      ${name};`]),
  };
}

/** The publishers of a reactor's channels. */
export function channelMembers(reactor: IrReactor): ChannelMemberView[] {
  return reactor.channels.map((channel) => {
    const type = `loom::Publisher<${channelArguments(channel)}>`;
    const name = identifier(channel.name);
    return {
      name,
      type: fitted(`    ${type} ${name};`, [`    ${type}`, `        ${name};`]),
      offset: integer(channel.offset),
    };
  });
}
