/** The view of `fds.hpp`: what a program's fds are, as constants and types of C++. */
import { isDatagram, isFile, isSource, isStream, isTimer } from '../fd_kinds.ts';
import type {
  Ir,
  IrFd,
  IrFraming,
  IrReactor,
  IrSocketOptions,
  IrSourceFd,
  IrStreamFd,
  IrTimerFd,
} from '../../schemas/ir.ts';
import { datagramShape, groupLines } from './datagrams.ts';
import { argumentLines, nestedFields, stringField } from './cxx_layout.ts';
import { fileShape } from './files.ts';
import { jsSendsField } from './js_sends.ts';
import { offloadOperation } from './pools.ts';
import { bannerLines, describeFd, isServer } from './sentences.ts';
import { commentLines, identifier, integer } from './text.ts';

/** One fd. */
export interface FdView {
  comment: string[];
  typeName: string;
  /** `using Handler = …;`, in as many lines as it needs. */
  handler: string[];
  isStream: boolean;
  framing: string;
  /** The table of a datagram fd's groups. */
  groups: string[];
  /** `loom::StreamShape` or the like. */
  shapeType: string;
  /** The designated initializers, a line each. */
  shape: string[];
}

/** The view of `cxx/fds.hpp`. */
export interface FdsView {
  banner: string[];
  /** Headers, sorted. */
  includes: string[];
  namespace: string;
  /** The user's structs, declared ahead. */
  handlers: string[];
  hasHandlers: boolean;
  fds: FdView[];
}

/** The view of `cxx/operations.hpp`. */
export interface OperationsView {
  banner: string[];
  namespace: string;
  reactors: { comment: string[]; name: string; operations: string[] }[];
}

const indent = '      ';

/** The enumerator of one operation of an fd. */
export function operationName(reactor: IrReactor, fd: IrFd, operation: string): string {
  const space = `${identifier(reactor.name)}_operations`;
  return `${space}::${identifier(fd.name)}_${identifier(operation)}`;
}

/** The name in C++ of what receives an fd's events. */
function handlerAlias(fd: IrFd): string[] {
  const type = identifier(fd.typeName);
  if (fd.handler !== null) {
    const user = `::${identifier(fd.handler)}`;
    if (!isStream(fd) || fd.stackClass === undefined) return [`  using Handler = ${user};`];
    const parts = [type, user, `stacks::${identifier(fd.stackClass)}`];
    return argumentLines('  using Handler = loom::FiberStream<', parts, '>;');
  }
  if (isFile(fd)) return [];
  if (isDatagram(fd)) throw new Error(`fds.${fd.name} was not checked`);
  return [`  using Handler = loom::${isStream(fd) ? 'JsDelivery' : 'JsTicks'}<${type}>;`];
}

/** The C++ type of a framing. */
function framingType(framing: IrFraming): string {
  switch (framing.kind) {
    case 'raw':
      return 'loom::RawFraming';
    case 'packet':
      return 'loom::PacketFraming';
    case 'line':
      return `loom::LineFraming<${integer(framing.maximumBytes)}>`;
    case 'lengthPrefixed': {
      const order = framing.endian === 'big' ? 'big' : 'little';
      const sizes = [integer(framing.widthBytes), `std::endian::${order}`];
      return `loom::LengthPrefixedFraming<${sizes.join(', ')}, ${integer(framing.maximumBytes)}>`;
    }
  }
}

/** Describes some fds of a program, all of them or one. */
export function fdsView(ir: Ir, fds: readonly { reactor: IrReactor; fd: IrFd }[]): FdsView {
  const hasFibers = fds.some(({ fd }) => isStream(fd) && fd.stackClass !== undefined);
  const fiberHeaders = [`${identifier(ir.name)}/stacks.hpp`, 'loom/fiber_stream.hpp'];
  const handlers = new Set(fds.flatMap(({ fd }) => (fd.handler === null ? [] : [fd.handler])));
  return {
    banner: bannerLines(ir, '// '),
    includes: [
      `${identifier(ir.name)}/operations.hpp`,
      ...(hasFibers ? fiberHeaders : []),
      'loom/framing.hpp',
      'loom/js_delivery.hpp',
      'loom/shapes.hpp',
      ...(fds.some(({ fd }) => isDatagram(fd)) ? ['loom/datagram_shape.hpp'] : []),
      ...(fds.some(({ fd }) => isSource(fd)) ? ['loom/source_shape.hpp'] : []),
      ...(fds.some(({ fd }) => isFile(fd)) ? ['loom/file_shape.hpp'] : []),
    ].sort(),
    namespace: identifier(ir.name),
    handlers: [...handlers].sort().map(identifier),
    hasHandlers: handlers.size > 0,
    fds: fds.map(({ reactor, fd }) => ({
      comment: commentLines('/// ', describeFd(fd)),
      typeName: identifier(fd.typeName),
      handler: handlerAlias(fd),
      isStream: isStream(fd),
      framing: isStream(fd) ? framingType(fd.framing) : '',
      groups: isDatagram(fd) ? groupLines(fd) : [],
      ...shapeOf(reactor, fd),
    })),
  };
}

function shapeOf(reactor: IrReactor, fd: IrFd): Pick<FdView, 'shape' | 'shapeType'> {
  if (isTimer(fd)) return { shapeType: 'loom::TimerShape', shape: timerShape(reactor, fd) };
  if (isStream(fd)) return { shapeType: 'loom::StreamShape', shape: streamShape(reactor, fd) };
  if (isSource(fd)) {
    const shapeType = fd.kind === 'eventfd' ? 'loom::EventShape' : 'loom::SignalShape';
    return { shapeType, shape: sourceShape(reactor, fd) };
  }
  if (isFile(fd)) return { shapeType: 'loom::FileShape', shape: fileShape(fd) };
  const shape = datagramShape(fd, (name) => operationName(reactor, fd, name));
  return { shapeType: 'loom::DatagramShape', shape };
}

/** Signals as a mask: bit n - 1 is signal n. */
export function signalMask(signals: readonly number[]): number {
  return signals.reduce((mask, signal) => mask + 2 ** (signal - 1), 0);
}

function sourceShape(reactor: IrReactor, fd: IrSourceFd): string[] {
  const field = (name: string, value: string): string => `${indent}.${name} = ${value},`;
  const common = [
    ...stringField(indent, 'name', fd.name),
    field('index', integer(fd.index)),
    field('read_operation', operationName(reactor, fd, 'read')),
    field('cancel_operation', operationName(reactor, fd, 'cancel')),
  ];
  if (fd.kind === 'signal') return [...common, field('signals', integer(signalMask(fd.signals)))];
  return [
    ...common,
    ...(fd.initial === 0 ? [] : [field('initial', integer(fd.initial))]),
    ...(fd.semaphore === 0 ? [] : [field('semaphore', 'true')]),
    ...(fd.adopt < 0 ? [] : [field('adopt', integer(fd.adopt))]),
  ];
}

function timerShape(reactor: IrReactor, fd: IrTimerFd): string[] {
  return [
    ...stringField(indent, 'name', fd.name),
    `${indent}.index = ${integer(fd.index)},`,
    `${indent}.tick_operation = ${operationName(reactor, fd, 'tick')},`,
    `${indent}.first_nanoseconds = ${integer(fd.firstNanoseconds)},`,
    `${indent}.every_nanoseconds = ${integer(fd.everyNanoseconds)},`,
  ];
}

const streamKinds: Record<IrStreamFd['kind'], string> = {
  tcp: 'tcp',
  tcpServer: 'tcp_server',
  unix: 'unix_client',
  unixServer: 'unix_server',
  pipe: 'pipe',
};

function streamShape(reactor: IrReactor, fd: IrStreamFd): string[] {
  const field = (name: string, value: string): string => `${indent}.${name} = ${value},`;
  const operation = (name: string): string => operationName(reactor, fd, name);
  return [
    ...stringField(indent, 'name', fd.name),
    field('index', integer(fd.index)),
    field('kind', `loom::StreamKind::${streamKinds[fd.kind]}`),
    ...stringField(indent, 'address', fd.address),
    ...(fd.write === undefined ? [] : stringField(indent, 'write_address', fd.write)),
    field('first_slot', integer(fd.firstSlot)),
    field('slots', integer(fd.slots)),
    field('open_operation', operation(isServer(fd) ? 'accept' : 'connect')),
    field('receive_operation', operation('receive')),
    field('send_operation', operation('send')),
    field('shutdown_operation', operation('shutdown')),
    field('close_operation', operation('close')),
    field('cancel_operation', operation('cancel')),
    field('deadline_operation', operation('deadline')),
    field('buffer_group', integer(fd.receive.group)),
    field('buffer_bytes', integer(fd.receive.bytes)),
    field('buffer_count', integer(fd.receive.count)),
    field('write_queue_bytes', integer(fd.writeQueueBytes)),
    ...traitFields(fd),
    ...sideFields(fd).map(([name, value]) => field(name, value)),
    ...optionFields(fd.options),
  ];
}

/** How the backends serve the fd, where that is not the default. */
function traitFields(fd: IrStreamFd): string[] {
  const traits = [
    ...(fd.receive.strategy ? [`.receive = loom::ReceiveStrategy::${fd.receive.strategy}`] : []),
    ...(fd.trigger ? [`.trigger = loom::Trigger::${fd.trigger}`] : []),
  ];
  return traits.length === 0 ? [] : nestedFields(indent, 'traits', traits);
}

const spreads: Record<NonNullable<IrStreamFd['spread']>, string> = {
  reuseport: 'reuse_port',
  'round-robin': 'round_robin',
  'least-inflight': 'least_inflight',
};

/** What only a server, only a client or only JavaScript's side needs. */
function sideFields(fd: IrStreamFd): [string, string][] {
  const fields: [string, string][] = [];
  if (fd.framing.kind === 'packet') fields.push(['packets', 'true']);
  if (fd.descriptors !== undefined) fields.push(['descriptors', integer(fd.descriptors)]);
  if (isServer(fd)) {
    fields.push(['full', `loom::WhenFull::${fd.full === 'wait' ? 'wait' : 'refuse'}`]);
    if (fd.spread) fields.push(['spread', `loom::Spread::${spreads[fd.spread]}`]);
    if (fd.growAt) fields.push(['grow_at', integer(fd.growAt)]);
  } else {
    fields.push(
      ['connect_timeout_nanoseconds', integer(fd.connectTimeoutNanoseconds)],
      ['reconnect_initial_nanoseconds', integer(fd.reconnect.initialNanoseconds)],
      ['reconnect_maximum_nanoseconds', integer(fd.reconnect.maximumNanoseconds)],
    );
  }
  fields.push(...jsSendsField(fd));
  if (fd.firstSharedSlot >= 0) fields.push(['first_shared_slot', integer(fd.firstSharedSlot)]);
  return fields;
}

/** Options in the order of loom::SocketOptions, and whether each is a flag. */
const optionNames: readonly (readonly [keyof IrSocketOptions, string, boolean])[] = [
  ['noDelay', 'no_delay', true],
  ['reuseAddress', 'reuse_address', true],
  ['reusePort', 'reuse_port', true],
  ['ipv6Only', 'ipv6_only', true],
  ['quickAcknowledge', 'quick_acknowledge', true],
  ['backlog', 'backlog', false],
  ['receiveBufferBytes', 'receive_buffer_bytes', false],
  ['sendBufferBytes', 'send_buffer_bytes', false],
  ['keepAliveIdleSeconds', 'keep_alive_idle_seconds', false],
  ['keepAliveIntervalSeconds', 'keep_alive_interval_seconds', false],
  ['keepAliveCount', 'keep_alive_count', false],
  ['userTimeoutMilliseconds', 'user_timeout_milliseconds', false],
  ['busyPollMicroseconds', 'busy_poll_microseconds', false],
  ['mode', 'mode', false],
];

/** The options that are not the kernel's default. */
function optionFields(options: IrSocketOptions): string[] {
  const fields = optionNames
    .filter(([key]) => options[key] !== 0)
    .map(([key, name, flag]) => `.${name} = ${flag ? 'true' : integer(options[key])}`);
  return fields.length === 0 ? [] : nestedFields(indent, 'options', fields);
}

/** Describes the operation numbers of every reactor. */
export function operationsView(ir: Ir): OperationsView {
  return {
    banner: bannerLines(ir, '// '),
    namespace: identifier(ir.name),
    reactors: ir.reactors.map((reactor) => {
      const sentence = `reactors.${reactor.name} - what the operation in a tag means.`;
      return {
        comment: commentLines('/// ', sentence),
        name: identifier(reactor.name),
        operations: [
          ...reactor.fds.flatMap((fd) =>
            Object.entries(fd.operations)
              .sort(([, a], [, b]) => a - b)
              .map(([name, value]) => `${fd.name}_${identifier(name)} = ${integer(value)}`),
          ),
          ...(reactor.offloads ?? []).map(
            ({ pool, operation }) => `${offloadOperation(pool)} = ${integer(operation)}`,
          ),
        ],
      };
    }),
  };
}
