/** The view of `handlers.hpp`: the bases of the user's handlers, and what each of them holds. */
import { isDatagram, isStream } from '../fd_kinds.ts';
import type { Ir, IrChannel, IrEventFd, IrFd, IrReactor, IrStreamFd } from '../../schemas/ir.ts';
import type { IrCall } from '../../schemas/ir_calls.ts';
import { channelMember, channelsOf, receivedMember } from './channels.ts';
import { fileMember, filesOf } from './files.ts';
import { type HandleGroupView, handleGroups, submittedPools } from './pools.ts';
import { bannerLines, describeFd, isManual } from './sentences.ts';
import { eventsOf } from './sources.ts';
import { commentLines, identifier, listed } from './text.ts';

/** A channel that a handler publishes to, a timer that it arms, or an eventfd that it adds to. */
export interface HandlerMemberView {
  comment: string[];
  declaration: string[];
}

/** The base of one of the user's handlers. */
export interface HandlerView {
  comment: string[];
  name: string;
  /** What it derives from. */
  base: string;
  /** Aliases of its connection and socket types, where it serves exactly one such fd. */
  connection: string[];
  members: HandlerMemberView[];
  /** Other reactors and pools. */
  groups: HandleGroupView[];
  hasMembers: boolean;
}

/** The view of `cxx/handlers.hpp`. */
export interface HandlersView {
  banner: string[];
  includes: string[];
  namespace: string;
  handlers: HandlerView[];
}

/** Everything that one handler serves. */
export interface Service {
  name: string;
  fds: { reactor: IrReactor; fd: IrFd }[];
  /** Channels that come to it. */
  received: { reactor: IrReactor; channel: IrChannel }[];
  /** Calls that it answers; then it serves nothing else. */
  calls: { reactor: IrReactor; call: IrCall }[];
}

/** The handlers of a program, by name. */
export function services(ir: Ir): Service[] {
  const byName = new Map<string, Service>();
  const serviceOf = (name: string): Service => {
    const service = byName.get(name) ?? { name, fds: [], received: [], calls: [] };
    byName.set(name, service);
    return service;
  };
  for (const reactor of ir.reactors) {
    for (const fd of reactor.fds) {
      if (fd.handler !== null) serviceOf(fd.handler).fds.push({ reactor, fd });
    }
    for (const channel of reactor.received ?? []) {
      if (channel.handler === undefined) continue;
      serviceOf(channel.handler).received.push({ reactor, channel });
    }
    for (const call of reactor.calls ?? []) serviceOf(call.handler).calls.push({ reactor, call });
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Describes the bases of some handlers. */
export function handlersView(ir: Ir, handlers: readonly Service[]): HandlersView {
  const namespace = identifier(ir.name);
  const signals = handlers.some((service) => eventsOf(service).length > 0);
  const publishes = handlers.some((service) => channelsOf(service).length > 0);
  const includes = [`${namespace}/fds.hpp`];
  const hasDatagrams = handlers.some(({ fds }) => fds.some(({ fd }) => isDatagram(fd)));
  if (hasDatagrams) includes.push('loom/datagram_socket.hpp');
  if (handlers.some((service) => filesOf(service).length > 0)) includes.push('loom/file.hpp');
  const receives = handlers.some(({ received }) => received.length > 0);
  if (publishes) includes.push('loom/channel_out.hpp');
  if (receives) includes.push('loom/channel_in.hpp');
  const awaits = handlers.some(({ received }) => received.some(({ channel }) => channel.awaited));
  if (awaits) includes.push('loom/fiber/tools.hpp', `${namespace}/stacks.hpp`);
  if (publishes || receives) includes.push(`${namespace}/channels.hpp`);
  if (signals) includes.push('loom/event_source.hpp');
  const answers = handlers.some(({ calls }) => calls.length > 0);
  if (answers) includes.push(`${namespace}/calls.hpp`);
  if (handlers.some(({ calls }) => calls.length === 0)) includes.push('loom/handler.hpp');
  const groups = handleGroups(ir);
  if (submittedPools(ir).length > 0) includes.push('loom/offload.hpp');
  return {
    banner: bannerLines(ir, '// '),
    includes: includes.sort(),
    namespace,
    handlers: handlers.map((service) => handlerView(namespace, service, groups)),
  };
}

function handlerView(namespace: string, service: Service, groups: HandleGroupView[]): HandlerView {
  const name = identifier(service.name);
  const alias = aliases(service);
  const members = [
    ...channelsOf(service).map(channelMember),
    ...service.received.map(receivedMember),
    ...filesOf(service).map(fileMember),
    ...service.fds.flatMap(({ fd }) => (isManual(fd) ? [timerView(fd)] : [])),
    ...eventsOf(service).map(eventView),
  ];
  const isCallee = service.calls.length > 0;
  const places = [...service.fds, ...service.received, ...service.calls];
  const reactors = [...new Set(places.map(({ reactor }) => `reactors.${reactor.name}`))];
  const serves = listed([
    ...service.fds.map(({ fd }) => `fds.${fd.name}`),
    ...service.received.map(({ channel }) => `channels.${channel.name}`),
    ...service.calls.map(({ call }) => `calls.${call.name}`),
  ]);
  return {
    comment: [
      ...commentLines(
        '/// ',
        `Base of ${name}: \`struct ${name} : ${namespace}::${name}Base<${name}>\`.`,
      ),
      ...commentLines('/// ', `It serves ${serves} on ${listed(reactors)}.`),
    ],
    name,
    base: isCallee ? 'loom::CallHandlerBase' : 'loom::HandlerBase',
    connection: alias,
    members,
    groups: isCallee ? [] : groups,
    hasMembers: !isCallee && alias.length + members.length + groups.length > 0,
  };
}

/** The types of the connection or socket of a handler that serves exactly one such fd. */
function aliases(service: Service): string[] {
  const streams = service.fds.filter(({ fd }) => isStream(fd));
  const datagrams = service.fds.filter(({ fd }) => isDatagram(fd));
  const alias = (name: string, type: string, fds: Service['fds']): string[] => {
    const [only] = fds;
    if (only === undefined || fds.length > 1) return [];
    return [`using ${name} = loom::${type}<fd::${identifier(only.fd.typeName)}>;`];
  };
  const [stream] = streams.map(({ fd }) => fd).filter(isStream);
  return [
    ...alias('Connection', connectionType(stream), streams),
    ...alias('Socket', 'DatagramSocket', datagrams),
  ];
}

/** What a handler holds of a connection. */
function connectionType(fd: IrStreamFd | undefined): string {
  return fd?.stackClass === undefined ? 'Connection' : 'FiberConnection';
}

function eventView(fd: IrEventFd): HandlerMemberView {
  return {
    comment: commentLines('  /// ', describeFd(fd)),
    declaration: [`  loom::EventOut ${identifier(fd.name)};`],
  };
}

function timerView(fd: IrFd): HandlerMemberView {
  return {
    comment: commentLines('  /// ', `fds.${fd.name} - its ticks come to on_tick.`),
    declaration: [`  loom::Timer ${identifier(fd.name)};`],
  };
}
