/** The views of `handlers.hpp` and of the checks of what the user wrote. */
import { isDatagram, isStream, isTimer } from '../fd_kinds.ts';
import type {
  Ir,
  IrChannel,
  IrDatagramFd,
  IrEventFd,
  IrFd,
  IrReactor,
  IrStreamFd,
} from '../../schemas/ir.ts';
import { fitted, staticAssert } from './cxx_layout.ts';
import { fileMember, filesOf } from './files.ts';
import { type HandleGroupView, handleGroups, submittedPools } from './pools.ts';
import { bannerLines, describeFd, isManual } from './sentences.ts';
import { eventsOf, sourceHooks } from './sources.ts';
import { commentLines, grouped, identifier, includePath, integer, listed } from './text.ts';

/** A channel that a handler publishes to, a timer that it arms, or an eventfd that it adds to. */
export interface HandlerMemberView {
  comment: string[];
  declaration: string[];
}

/** The base of one of the user's handlers. */
export interface HandlerView {
  comment: string[];
  name: string;
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

/** The view of `cxx/checks.hpp`. */
export interface ChecksView {
  banner: string[];
  namespace: string;
  includes: string[];
  /** The user's header, as `#include` needs it; empty when there is none. */
  userHeader: string[];
  comment: string[];
  assertions: string[];
}

/** Everything that one handler serves. */
export interface Service {
  name: string;
  fds: { reactor: IrReactor; fd: IrFd }[];
}

/** The handlers of a program, by name. */
export function services(ir: Ir): Service[] {
  const byName = new Map<string, Service>();
  for (const reactor of ir.reactors) {
    for (const fd of reactor.fds) {
      if (fd.handler === null) continue;
      const service = byName.get(fd.handler) ?? { name: fd.handler, fds: [] };
      service.fds.push({ reactor, fd });
      byName.set(fd.handler, service);
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The channels that a handler can publish to: those of every reactor it runs on. */
export function channelsOf(service: Service): { reactor: IrReactor; channel: IrChannel }[] {
  const reactors = new Set(service.fds.map(({ reactor }) => reactor));
  return [...reactors].flatMap((reactor) =>
    reactor.channels.map((channel) => ({ reactor, channel })),
  );
}

/** The template arguments of a channel's publisher. */
export function channelArguments(channel: IrChannel): string {
  const full = channel.full === 'conflate' ? 'conflate' : 'drop_newest';
  const capacity = integer(channel.capacity);
  return `${identifier(channel.message)}, ${capacity}, loom::ChannelFull::${full}`;
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
  if (publishes) includes.push(`${namespace}/messages.hpp`, 'loom/channel_out.hpp');
  if (signals) includes.push('loom/event_source.hpp');
  const groups = handleGroups(ir);
  if (submittedPools(ir).length > 0) includes.push('loom/offload.hpp');
  return {
    banner: bannerLines(ir, '// '),
    includes: [...includes, 'loom/handler.hpp'].sort(),
    namespace,
    handlers: handlers.map((service) => handlerView(namespace, service, groups)),
  };
}

function handlerView(namespace: string, service: Service, groups: HandleGroupView[]): HandlerView {
  const name = identifier(service.name);
  const alias = aliases(service);
  const members = [
    ...channelsOf(service).map(({ reactor, channel }) => channelView(reactor, channel)),
    ...filesOf(service).map(fileMember),
    ...service.fds.flatMap(({ fd }) => (isManual(fd) ? [timerView(fd)] : [])),
    ...eventsOf(service).map(eventView),
  ];
  const reactors = [...new Set(service.fds.map(({ reactor }) => `reactors.${reactor.name}`))];
  const serves = listed(service.fds.map(({ fd }) => `fds.${fd.name}`));
  return {
    comment: [
      ...commentLines(
        '/// ',
        `Base of ${name}: \`struct ${name} : ${namespace}::${name}Base<${name}>\`.`,
      ),
      ...commentLines('/// ', `It serves ${serves} on ${listed(reactors)}.`),
    ],
    name,
    connection: alias,
    members,
    groups,
    hasMembers: alias.length + members.length + groups.length > 0,
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

function channelView(reactor: IrReactor, channel: IrChannel): HandlerMemberView {
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

function timerView(fd: IrFd): HandlerMemberView {
  return {
    comment: commentLines('  /// ', `fds.${fd.name} - its ticks come to on_tick.`),
    declaration: [`  loom::Timer ${identifier(fd.name)};`],
  };
}

/**
 * Describes what one of the user's handlers must offer, with a sentence for each mistake.
 *
 * @param outFolder the way from the emitted file's folder to the output folder, such as `../`.
 */
export function checksView(ir: Ir, service: Service, outFolder: string): ChecksView {
  const namespace = identifier(ir.name);
  const { handlersHeader } = ir;
  const header = handlersHeader ?? 'the header that the config names';
  return {
    banner: bannerLines(ir, '// '),
    namespace,
    includes: [`${namespace}/handlers.hpp`, 'type_traits'].sort(),
    userHeader: handlersHeader === null ? [] : [includePath(`${outFolder}${handlersHeader}`)],
    comment: commentLines('// ', `What ${service.name} in ${header} has to offer.`),
    assertions: handlerAssertions(namespace, service),
  };
}

function datagramAssertions(name: string, fd: IrDatagramFd): string[] {
  const hook = (concept: string, sentence: string): string[] =>
    staticAssert(
      `loom::${concept}<::${name}, fd::${identifier(fd.typeName)}>`,
      `${sentence} for fds.${fd.name}.`,
    );
  return [
    ...hook(
      'HasOnDatagram',
      `${name} needs \`void on_datagram(auto& socket, const loom::Datagram& datagram)\``,
    ),
    ...hook(
      'HasOnError',
      `${name}::on_error must be \`void on_error(auto& socket, loom::Error error)\``,
    ),
    ...hook('HasOnBatchEnd', `${name}::on_batch_end must be \`void on_batch_end(auto& socket)\``),
    ...hook('HasOnSocketOpen', `${name}::on_open must be \`void on_open(auto& socket)\``),
    ...hook('HasOnSocketDrain', `${name}::on_drain must be \`void on_drain(auto& socket)\``),
  ];
}

function handlerAssertions(namespace: string, service: Service): string[] {
  const name = identifier(service.name);
  const base = `${namespace}::${name}Base<${name}>`;
  const lines = staticAssert(
    `loom::IsDefined<::${name}>`,
    `The header named by \`handlers\` must define \`struct ${name} : ${base}\`.`,
  );
  const add = (condition: string, sentence: string): void => {
    lines.push(...staticAssert(condition, sentence));
  };
  add(`std::is_base_of_v<${name}Base<::${name}>, ::${name}>`, `${name} must derive from ${base}.`);
  for (const { fd } of service.fds) {
    if (isDatagram(fd)) lines.push(...datagramAssertions(name, fd));
    if (!isStream(fd)) continue;
    const hooks = (concept: string): string => `loom::${concept}<::${name}, fd::${fd.typeName}>`;
    const where = `for fds.${fd.name}`;
    if (fd.stackClass !== undefined) {
      const sentence = `${name} needs \`void run(auto& connection)\` without noexcept ${where}.`;
      add(hooks('HasRun'), sentence);
      continue;
    }
    add(
      hooks('HasOnData'),
      `${name} needs \`void on_data(auto& connection, loom::Bytes bytes)\` ${where}.`,
    );
    add(
      hooks('HasOnOpen'),
      `${name}::on_open must be \`void on_open(auto& connection)\` ${where}.`,
    );
    add(
      hooks('HasOnDrain'),
      `${name}::on_drain must be \`void on_drain(auto& connection)\` ${where}.`,
    );
    add(
      hooks('HasOnClose'),
      `${name}::on_close must be ` +
        `\`void on_close(auto& connection, loom::CloseReason why)\` ${where}.`,
    );
    if (fd.descriptors === undefined) continue;
    add(
      hooks('HasOnDescriptor'),
      `${name}::on_descriptor must be \`void on_descriptor(auto& connection, ` +
        `loom::ReceivedDescriptor descriptor)\` ${where}.`,
    );
  }
  const timers = service.fds.filter(({ fd }) => isTimer(fd)).map(({ fd }) => `fds.${fd.name}`);
  if (timers.length > 0) {
    const sentence = `${name} needs \`void on_tick(loom::Tick tick)\` for ${listed(timers)}.`;
    add(`loom::HasOnTick<::${name}>`, sentence);
  }
  for (const { concept, sentence } of sourceHooks(service)) {
    add(`loom::${concept}<::${name}>`, sentence);
  }
  return lines;
}
