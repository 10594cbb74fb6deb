/** Lowers fds: slots, operation numbers, receive buffers, socket options. */
import type { CheckedFd, CheckedFraming, CheckedStream } from '../schemas/config.ts';
import type { IrFd, IrFraming, IrSocketOptions, IrStreamFd, IrTimerFd } from '../schemas/ir.ts';
import { isPath } from './address.ts';
import { pascalCase } from './case.ts';
import { isCheckedDatagram, isDatagram, isStream } from './fd_kinds.ts';
import { lowerDatagram } from './lower_datagrams.ts';
import { lowerFile } from './lower_file_fds.ts';
import { stackClassOf } from './lower_fibers.ts';
import { lowerEventFd, lowerSignalFd, operationsPerSource } from './lower_sources.ts';

const nanosecondsPerSecond = 1e9;
const nanosecondsPerMillisecond = 1e6;
const nanosecondsPerMicrosecond = 1e3;

/** Operation numbers that mean the same in every reactor: `common_operation` of the runtime. */
export const commonOperations = 8;

const streamOperations = ['receive', 'send', 'shutdown', 'close', 'cancel', 'deadline'] as const;
const serverOperations = ['accept', ...streamOperations] as const;
const clientOperations = ['connect', ...streamOperations] as const;

/** What a stream fd adds to the numbers of its reactor's `Operation` enumeration. */
export const operationsPerStream = serverOperations.length;

/** Receive buffers by connections: few, large, just-returned-first, so that they stay in cache. */
const receiveClasses = [
  { connections: 8, bytes: 64 * 1024, count: 8 },
  { connections: 64, bytes: 32 * 1024, count: 16 },
  { connections: Number.POSITIVE_INFINITY, bytes: 16 * 1024, count: 64 },
] as const;

const defaultFrameBytes = 64 * 1024;

/** Readable bytes behind every message, for SIMD parsers: `Bytes::padding` of the runtime. */
export const paddingBytes = 64;

/** What one connection needs to put a message together: `slab_bytes` of the runtime's framing. */
export function slabBytes(framing: IrFraming): number {
  if (framing.kind === 'raw' || framing.kind === 'packet') return 0;
  return framing.maximumBytes + paddingBytes + (framing.kind === 'line' ? 1 : 0);
}

/** Sockets of these fds whose receives are direct: connections, and those of datagram fds. */
export function directSockets(fds: readonly IrFd[]): number {
  return fds
    .filter((fd) => isStream(fd) || isDatagram(fd))
    .filter((fd) => fd.receive.strategy === 'direct')
    .reduce((sum, fd) => sum + (isDatagram(fd) ? fd.sockets : fd.slots), 0);
}

/** Positions that grow from fd to fd of one reactor, in name order. */
export interface FdCursor {
  slot: number;
  sharedSlot: number;
  operation: number;
  group: number;
  timer: number;
  memory: number;
  /** Whose member a file is, where the config does not say. */
  handler: string | undefined;
}

/** The positions of the first fd of a reactor. */
export function startCursor(handler?: string): FdCursor {
  const zero = { slot: 0, sharedSlot: 0, group: 0, timer: 0, memory: 0 };
  return { ...zero, operation: commonOperations, handler };
}

/** Bytes, byte order and greatest value of a length before a message. */
export function lengthWidth(width: Extract<CheckedFraming, { kind: 'lengthPrefixed' }>['width']): {
  widthBytes: 1 | 2 | 4 | 8;
  endian: 'little' | 'big';
  limit: number;
} {
  const bits = Number(/\d+/.exec(width)?.[0]) as 8 | 16 | 32 | 64;
  return {
    widthBytes: (bits / 8) as 1 | 2 | 4 | 8,
    endian: width.endsWith('be') ? 'big' : 'little',
    limit: 2 ** Math.min(bits, 53) - 1,
  };
}

function lowerFraming(framing: CheckedFraming): IrFraming {
  switch (framing.kind) {
    case 'raw':
      return { kind: 'raw' };
    case 'line':
      return { kind: 'line', maximumBytes: framing.maximum };
    case 'lengthPrefixed': {
      const { widthBytes, endian, limit } = lengthWidth(framing.width);
      const maximumBytes = framing.maximum ?? Math.min(defaultFrameBytes, limit);
      return { kind: 'lengthPrefixed', widthBytes, endian, maximumBytes };
    }
  }
}

const isTcp = (fd: CheckedStream) => fd.kind === 'tcp' || fd.kind === 'tcpServer';

const isSeqpacket = (fd: CheckedStream) => 'type' in fd && fd.type === 'seqpacket';

function lowerOptions(fd: CheckedStream): IrSocketOptions {
  const tcp = isTcp(fd) ? fd : undefined;
  const tcpServer = fd.kind === 'tcpServer' ? fd : undefined;
  const server = fd.kind === 'tcpServer' || fd.kind === 'unixServer' ? fd : undefined;
  const keepAlive = tcp?.keepAlive || undefined;
  return {
    noDelay: Number(tcp?.noDelay ?? false),
    reuseAddress: Number(tcpServer?.reuseAddress ?? false),
    reusePort: Number(tcpServer?.reusePort ?? false),
    ipv6Only: Number(tcpServer?.ipv6Only ?? false),
    quickAcknowledge: Number(tcp?.quickAcknowledge ?? false),
    backlog: server?.backlog ?? 0,
    receiveBufferBytes: fd.receiveBuffer ?? 0,
    sendBufferBytes: fd.sendBuffer ?? 0,
    keepAliveIdleSeconds: (keepAlive?.idle ?? 0) / nanosecondsPerSecond,
    keepAliveIntervalSeconds: (keepAlive?.interval ?? 0) / nanosecondsPerSecond,
    keepAliveCount: keepAlive?.count ?? 0,
    userTimeoutMilliseconds: (tcp?.userTimeout ?? 0) / nanosecondsPerMillisecond,
    busyPollMicroseconds: (fd.busyPoll ?? 0) / nanosecondsPerMicrosecond,
    mode: fd.kind === 'unixServer' && isPath(fd.address) ? fd.mode : 0,
  };
}

function lowerStream(name: string, index: number, fd: CheckedStream, at: FdCursor): IrStreamFd {
  const isServer = fd.kind === 'tcpServer' || fd.kind === 'unixServer';
  const client = fd.kind === 'tcp' || fd.kind === 'unix' ? fd : undefined;
  const stackClass = stackClassOf(fd);
  const operationNames = isServer ? serverOperations : clientOperations;
  const receive =
    receiveClasses.find((each) => fd.connections <= each.connections) ?? receiveClasses[2];
  const lowered: IrStreamFd = {
    name,
    typeName: pascalCase(name),
    kind: fd.kind,
    index,
    address: fd.address,
    handler: fd.handler ?? null,
    framing: isSeqpacket(fd) ? { kind: 'packet' } : lowerFraming(fd.framing),
    ...(stackClass !== undefined && { stackClass }),
    firstSlot: at.slot,
    slots: fd.connections,
    operations: Object.fromEntries(
      operationNames.map((operation, offset) => [operation, at.operation + offset]),
    ),
    receive: {
      group: at.group,
      bytes: fd.receive.bytes ?? receive.bytes,
      count: fd.receive.count ?? receive.count,
      ...(fd.receive.strategy !== 'multishot' && { strategy: fd.receive.strategy }),
    },
    ...(fd.trigger !== 'edge' && { trigger: fd.trigger }),
    ...('descriptors' in fd && fd.descriptors !== undefined && { descriptors: fd.descriptors }),
    writeQueueBytes: fd.writeQueue,
    ...(fd.jsSends && { jsSends: 1 as const }),
    full: 'full' in fd ? fd.full : 'refuse',
    connectTimeoutNanoseconds: client?.connectTimeout ?? 0,
    reconnect: {
      initialNanoseconds: client?.reconnect ? client.reconnect.initial : 0,
      maximumNanoseconds: client?.reconnect ? client.reconnect.maximum : 0,
    },
    firstSharedSlot: fd.handler === undefined ? at.sharedSlot : -1,
    options: lowerOptions(fd),
  };
  at.slot += fd.connections;
  at.sharedSlot += fd.handler === undefined ? fd.connections : 0;
  at.operation += operationsPerStream;
  at.group += 1;
  return lowered;
}

/** A pipe is lowered like the client of a unix socket that has one connection. */
function lowerPipe(
  name: string,
  index: number,
  fd: Extract<CheckedFd, { kind: 'pipe' }>,
  at: FdCursor,
): IrStreamFd {
  const { read = '-', write, ...common } = fd;
  const client = lowerStream(
    name,
    index,
    {
      ...common,
      kind: 'unix',
      address: read,
      type: 'stream',
      connections: 1,
      connectTimeout: 0,
      style: 'callback',
      jsSends: false,
      trigger: 'edge',
      receive: { ...fd.receive, strategy: 'multishot' },
    },
    at,
  );
  return { ...client, kind: 'pipe', ...(write !== undefined && { write }) };
}

function lowerTimer(
  name: string,
  index: number,
  fd: Extract<CheckedFd, { kind: 'timer' }>,
  at: FdCursor,
): IrTimerFd {
  const { timer, operation } = at;
  at.timer += 1;
  at.operation += 1;
  return {
    name,
    typeName: pascalCase(name),
    kind: 'timer',
    index,
    handler: fd.handler ?? null,
    firstNanoseconds: fd.start === 'manual' ? 0 : (fd.after ?? fd.every ?? 0),
    everyNanoseconds: fd.every ?? 0,
    operations: { tick: operation },
    timer,
  };
}

/** Lowers one fd and moves the cursor of its reactor past it. `index` is program-wide. */
export function lowerFd(name: string, index: number, fd: CheckedFd, at: FdCursor): IrFd {
  if (fd.kind === 'timer') return lowerTimer(name, index, fd, at);
  if (fd.kind === 'file') return lowerFile(name, index, fd, at);
  if (isCheckedDatagram(fd)) return lowerDatagram(name, index, fd, at);
  if (fd.kind === 'pipe') return lowerPipe(name, index, fd, at);
  if (fd.kind !== 'eventfd' && fd.kind !== 'signal') return lowerStream(name, index, fd, at);
  const first = at.operation;
  at.operation += operationsPerSource;
  return fd.kind === 'eventfd'
    ? lowerEventFd(name, index, fd, first)
    : lowerSignalFd(name, index, fd, first);
}
