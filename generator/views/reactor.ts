/** The views of `src/<reactor>.hpp` and `src/program.cpp`: one switch over a closed set. */
import { snakeCase } from '../case.ts';
import type { Ir, IrReactor, IrStreamFd } from '../../schemas/ir.ts';
import { fit } from './cxx_layout.ts';
import { operationName } from './fds.ts';
import { channelArguments } from './handlers.ts';
import { bannerLines, describeReactor, isServer, isStream } from './sentences.ts';
import { commentLines, cxxString, identifier, integer } from './text.ts';

/** One fd as a member of its reactor. */
export interface FamilyView {
  name: string;
  typeName: string;
  /** The member that receives its events: `handlers_.book` or `deliveries_.control`. */
  handler: string;
}

/** The view of `cxx/reactor.hpp`. */
export interface ReactorView {
  banner: string[];
  includes: string[];
  /** The checks of the user's handlers, which include the user's header. */
  checks: string[];
  namespace: string;
  hasHandlers: boolean;
  hasChannels: boolean;
  hasTimers: boolean;
  hasStreams: boolean;
  comment: string[];
  name: string;
  typeName: string;
  constants: string[];
  cases: string[];
  handlers: { member: string; type: string }[];
  deliveries: { member: string; type: string; fd: string }[];
  hasDeliveries: boolean;
  streams: FamilyView[];
  timers: FamilyView[];
  channels: { name: string; type: string[]; offset: string }[];
  /** What each_stream, each_timer and each_channel show. */
  visitors: { kind: string; isEmpty: boolean; members: string[] }[];
  /** Channels to bind in handlers: `handlers_.book.top`. */
  outlets: { member: string; channel: string }[];
  commands: string[];
  hasCommands: boolean;
}

/** Which engine function a completed operation goes to. */
const completions: Readonly<Record<string, string>> = {
  accept: 'accepted',
  connect: 'connected',
  receive: 'received',
  send: 'sent',
  shutdown: 'shut_down',
  close: 'closed',
  cancel: 'cancelled',
};

/** Linux keeps 15 characters of a thread's name, pthread_setname_np(3). */
const threadNameCharacters = 15;

/** Describes one reactor. */
export function reactorView(ir: Ir, reactor: IrReactor): ReactorView {
  const streams = reactor.fds.filter(isStream);
  const members = handlerMembers(reactor);
  const receiver = (fd: { name: string; handler: string | null }): string =>
    fd.handler === null
      ? `deliveries_.${identifier(fd.name)}`
      : `handlers_.${members.get(fd.handler) ?? ''}`;
  const family = (fd: IrReactor['fds'][number]): FamilyView => ({
    name: identifier(fd.name),
    typeName: identifier(fd.typeName),
    handler: receiver(fd),
  });
  const commands = streams.filter((fd) => fd.handler === null).flatMap(commandLines);
  const deliveries = reactor.fds
    .filter((fd) => fd.handler === null)
    .map((fd) => ({
      member: identifier(fd.name),
      type: isStream(fd) ? 'JsDelivery' : 'JsTicks',
      fd: identifier(fd.typeName),
    }));
  return {
    banner: bannerLines(ir, '// '),
    includes: [
      `${identifier(ir.name)}/${members.size > 0 ? 'handlers' : 'fds'}.hpp`,
      ...(reactor.channels.length > 0 ? [`${identifier(ir.name)}/messages.hpp`] : []),
      'loom/reactor.hpp',
    ].sort(),
    checks: [...members.keys()].map((handler) => `checks/${handler}.hpp`),
    namespace: identifier(ir.name),
    hasHandlers: members.size > 0,
    hasChannels: reactor.channels.length > 0,
    hasTimers: streams.length < reactor.fds.length,
    hasStreams: streams.length > 0,
    comment: commentLines('/// ', describeReactor(reactor)),
    name: identifier(reactor.name),
    typeName: identifier(reactor.typeName),
    constants: constants(ir, reactor),
    cases: streams.flatMap((fd) => caseLines(reactor, fd)),
    handlers: [...members].map(([type, member]) => ({ member, type: `::${identifier(type)}` })),
    deliveries,
    hasDeliveries: deliveries.length > 0,
    streams: streams.map(family),
    timers: reactor.fds.filter((fd) => !isStream(fd)).map(family),
    channels: reactor.channels.map((channel) => {
      const type = `loom::Publisher<${channelArguments(channel)}>`;
      const name = identifier(channel.name);
      return {
        name,
        type: fit(`    ${type} ${name};`, [`    ${type}`, `        ${name};`]),
        offset: integer(channel.offset),
      };
    }),
    outlets: [...members.values()].flatMap((member) =>
      reactor.channels.map(({ name }) => ({ member: `${member}.${name}`, channel: name })),
    ),
    visitors: [
      visitor('stream', 'streams_', streams),
      visitor('timer', 'timers_', reactor.fds.filter((fd) => !isStream(fd))),
      visitor('channel', 'channels_', reactor.channels),
    ],
    commands,
    hasCommands: commands.length > 0,
  };
}

/** The members that one visitor shows. */
function visitor(
  kind: string,
  group: string,
  parts: readonly { name: string }[],
): ReactorView['visitors'][number] {
  const members = parts.map(({ name }) => `${group}.${identifier(name)}`);
  return { kind, isEmpty: members.length === 0, members };
}

/** The user's structs as member names: `Book` is `book`, unless two would have one name. */
function handlerMembers(reactor: IrReactor): Map<string, string> {
  const names = reactor.handlers.map(({ name }) => identifier(name));
  const short = names.map(snakeCase);
  const unique = new Set(short).size === names.length;
  return new Map(names.map((name, index) => [name, unique ? (short[index] ?? name) : name]));
}

/** The constants of the reactor's Shape. */
function constants(ir: Ir, reactor: IrReactor): string[] {
  const { shared, wait } = reactor;
  const streams = reactor.fds.filter(isStream);
  const own = streams.reduce((sum, fd) => sum + (isServer(fd) ? 1 : fd.slots), 0);
  const modes = { spin: 'spin', block: 'block', 'spin-then-block': 'spin_then_block' } as const;
  const thread = `${ir.name}:${reactor.name}`.slice(0, threadNameCharacters);
  const u32 = (name: string, value: number): [string, string, string] => [
    'std::uint32_t',
    name,
    integer(value),
  ];
  const fields: [string, string, string][] = [
    ['const char*', 'name', cxxString(reactor.name)],
    ['const char*', 'thread_name', cxxString(thread)],
    ['int', 'core', reactor.core < 0 ? 'loom::core_any' : integer(reactor.core)],
    ['loom::WaitMode', 'wait', `loom::WaitMode::${modes[wait.mode]}`],
    ['std::uint64_t', 'spin_nanoseconds', integer(wait.spinNanoseconds)],
    u32('completion_batch', reactor.completionBatch),
    u32('submission_entries', reactor.submissionEntries),
    u32('completion_entries', reactor.completionEntries),
    u32('handles', reactor.handles),
    u32('own_handles', own),
    u32('buffer_groups', streams.length),
    u32('maximum_buffers', Math.max(1, ...streams.map((fd) => fd.receive.count))),
    u32('delivery_offset', shared.deliveryOffset),
    u32('delivery_bytes', shared.deliveryBytes),
    u32('inbox_offset', shared.inboxOffset),
    u32('inbox_bytes', shared.inboxBytes),
    u32('shared_bytes', shared.bytes),
  ];
  return fields.map(([type, name, value]) => `  static constexpr ${type} ${name} = ${value};`);
}

/** The cases of one fd's operations, in the order of their numbers. */
function caseLines(reactor: IrReactor, fd: IrStreamFd): string[] {
  return Object.entries(fd.operations)
    .sort(([, a], [, b]) => a - b)
    .flatMap(([operation]) => {
      const label = `      case ${operationName(reactor, fd, operation)}:`;
      const engine = completions[operation];
      if (engine === undefined) throw new Error(`no engine function for ${operation}`);
      const act = `return this->${engine}(streams_.${identifier(fd.name)}, completion);`;
      return fit(`${label} ${act}`, [label, `        ${act}`]);
    });
}

/** What JavaScript asks of the connections of one fd. */
function commandLines(fd: IrStreamFd): string[] {
  const label = `      case fd::${identifier(fd.typeName)}::shape.index:`;
  const act = `return this->command(streams_.${identifier(fd.name)}, record);`;
  return fit(`${label} ${act}`, [label, `        ${act}`]);
}

/** The view of `cxx/program.cpp`. */
export interface ProgramView {
  banner: string[];
  namespace: string;
  includes: string[];
  backends: string;
  backendNames: string;
  reactors: { name: string; typeName: string; entry: string }[];
  table: string;
}

const backendTypes = { io_uring: 'loom::IoUring', epoll: 'loom::Epoll' } as const;

/** Describes the table of reactors. */
export function programView(ir: Ir): ProgramView {
  const backends = ir.backends.linux;
  return {
    banner: bannerLines(ir, '// '),
    namespace: identifier(ir.name),
    includes: [
      ...backends.map((backend) => `loom/backend/${identifier(backend)}.hpp`),
      'iterator',
      'loom/program.hpp',
      'loom/run_reactor.hpp',
    ].sort(),
    backends: backends.map((backend) => backendTypes[backend]).join(', '),
    backendNames: backends.map(identifier).join(', '),
    reactors: ir.reactors.map((reactor) => {
      const name = identifier(reactor.name);
      const typeName = identifier(reactor.typeName);
      const bytes = `shapes::${typeName}::shared_bytes`;
      return { name, typeName, entry: `{${cxxString(name)}, ${bytes}, &run_${name}},` };
    }),
    table: `{${cxxString(ir.name)}, loom::shared_abi, reactors, std::size(reactors)}`,
  };
}
