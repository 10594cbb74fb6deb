/**
 * The inverse of `lower`: the config that an IR is the lowering of. An IR that comes from a file is
 * raised, checked as that config and lowered again; when the result differs, some number in the
 * file does not follow from the others, and nothing is built from it.
 */
import { isPath } from './address.ts';
import type {
  Ir,
  IrChannel,
  IrFd,
  IrFraming,
  IrReactor,
  IrSourceFd,
  IrStreamFd,
  IrTimerFd,
} from '../schemas/ir.ts';
import type { IrPool } from '../schemas/ir_pools.ts';
import { signalName } from '../schemas/signals.ts';
import { isDatagram, isFile, isSource, isTimer } from './fd_kinds.ts';
import { javascript } from './lower_channels.ts';
import { raiseFile } from './lower_file_fds.ts';
import { raisePackage } from './lower_package.ts';
import { implicitPool } from './lower_pools.ts';
import { raiseDatagram } from './raise_datagrams.ts';
import { raiseMessages } from './raise_messages.ts';

const nanoseconds = (value: number): string => `${value}ns`;

/** The same object without what is undefined. */
function given(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}

function raiseFraming(framing: IrFraming): Record<string, unknown> {
  if (framing.kind === 'raw' || framing.kind === 'packet') return { kind: framing.kind };
  if (framing.kind === 'line') return { kind: 'line', maximum: framing.maximumBytes };
  const bits = framing.widthBytes * 8;
  const order = framing.endian === 'big' ? 'be' : 'le';
  const width = bits === 8 ? 'u8' : `u${bits}${order}`;
  return { kind: 'lengthPrefixed', width, maximum: framing.maximumBytes };
}

function raiseTcp(fd: IrStreamFd): Record<string, unknown> {
  const { options } = fd;
  const seconds = (value: number): string => `${value}s`;
  const isOn = options.keepAliveIdleSeconds > 0;
  return {
    noDelay: options.noDelay === 1,
    quickAcknowledge: options.quickAcknowledge === 1,
    keepAlive: isOn && {
      idle: seconds(options.keepAliveIdleSeconds),
      interval: seconds(options.keepAliveIntervalSeconds),
      count: options.keepAliveCount,
    },
    userTimeout: options.userTimeoutMilliseconds
      ? `${options.userTimeoutMilliseconds}ms`
      : undefined,
  };
}

function raiseClient(fd: IrStreamFd): Record<string, unknown> {
  const { initialNanoseconds, maximumNanoseconds } = fd.reconnect;
  return {
    connectTimeout: nanoseconds(fd.connectTimeoutNanoseconds),
    reconnect: initialNanoseconds > 0 && {
      initial: nanoseconds(initialNanoseconds),
      maximum: nanoseconds(maximumNanoseconds),
    },
  };
}

function raiseStream(fd: IrStreamFd, on: string): Record<string, unknown> {
  const { options } = fd;
  const isPacket = fd.framing.kind === 'packet';
  const isTcp = fd.kind === 'tcp' || fd.kind === 'tcpServer';
  const isServer = fd.kind === 'tcpServer' || fd.kind === 'unixServer';
  const { reuseAddress, reusePort, ipv6Only } = options;
  return given({
    kind: fd.kind,
    address: fd.address,
    on,
    handler: fd.handler ?? undefined,
    framing: isPacket ? undefined : raiseFraming(fd.framing),
    type: isPacket ? 'seqpacket' : undefined,
    style: fd.stackClass === undefined ? undefined : { fiber: fd.stackClass },
    descriptors: fd.descriptors,
    connections: fd.slots,
    writeQueue: fd.writeQueueBytes,
    jsSends: fd.jsSends === 1,
    receive: given({
      bytes: fd.receive.bytes,
      count: fd.receive.count,
      strategy: fd.receive.strategy,
    }),
    trigger: fd.trigger,
    receiveBuffer: options.receiveBufferBytes || undefined,
    sendBuffer: options.sendBufferBytes || undefined,
    busyPoll: options.busyPollMicroseconds ? `${options.busyPollMicroseconds}us` : undefined,
    ...(isTcp && raiseTcp(fd)),
    ...(isServer
      ? { full: fd.full, backlog: options.backlog, spread: fd.spread }
      : raiseClient(fd)),
    ...(fd.kind === 'tcpServer' && {
      reuseAddress: reuseAddress === 1,
      reusePort: reusePort === 1,
      ipv6Only: ipv6Only === 1,
    }),
    ...(fd.kind === 'unixServer' && isPath(fd.address) && { mode: options.mode }),
  });
}

function raiseTimer(fd: IrTimerFd, on: string): Record<string, unknown> {
  return given({
    kind: 'timer',
    on,
    handler: fd.handler ?? undefined,
    every: fd.everyNanoseconds ? nanoseconds(fd.everyNanoseconds) : undefined,
    after: fd.firstNanoseconds ? nanoseconds(fd.firstNanoseconds) : undefined,
    start: fd.firstNanoseconds ? undefined : 'manual',
  });
}

function raiseSource(fd: IrSourceFd, on: string): Record<string, unknown> {
  const common = { kind: fd.kind, on, handler: fd.handler ?? undefined };
  if (fd.kind === 'signal') return given({ ...common, signals: fd.signals.map(signalName) });
  const adopt = fd.adopt < 0 ? undefined : fd.adopt;
  return given({ ...common, semaphore: fd.semaphore === 1, initial: fd.initial, adopt });
}

function raisePipe(fd: IrStreamFd, on: string): Record<string, unknown> {
  const { reconnect } = raiseClient(fd);
  return given({
    kind: 'pipe',
    on,
    handler: fd.handler ?? undefined,
    read: fd.address === '-' ? undefined : fd.address,
    write: fd.write,
    framing: raiseFraming(fd.framing),
    writeQueue: fd.writeQueueBytes,
    receive: { bytes: fd.receive.bytes, count: fd.receive.count },
    reconnect,
  });
}

function raiseFd(fd: IrFd, on: string): Record<string, unknown> {
  if (isSource(fd)) return raiseSource(fd, on);
  if (fd.kind === 'pipe') return raisePipe(fd, on);
  if (isDatagram(fd)) return given(raiseDatagram(fd, on));
  if (isFile(fd)) return given(raiseFile(fd, on));
  return isTimer(fd) ? raiseTimer(fd, on) : raiseStream(fd, on);
}

function raiseCount({ count, elastic }: IrReactor): unknown {
  if (elastic === undefined) return count;
  const { minimum, growPercent, lingerNanoseconds } = elastic;
  return { minimum, maximum: count, growPercent, linger: nanoseconds(lingerNanoseconds) };
}

function raiseReactor(reactor: IrReactor, pools: readonly IrPool[]): Record<string, unknown> {
  const blocking = pools.find(({ index }) => index === reactor.blockingPool)?.name;
  const { mode, spinNanoseconds } = reactor.wait;
  return given({
    core: reactor.core === -1 ? 'any' : reactor.core,
    count: raiseCount(reactor),
    cores: reactor.cores,
    wait: mode === 'spin-then-block' ? { spin: nanoseconds(spinNanoseconds) } : mode,
    submitBatch: reactor.submitBatch,
    completionBatch: reactor.completionBatch,
    inbox: reactor.shared.inboxBytes,
    delivery: reactor.shared.deliveryBytes,
    mailbox: reactor.mailboxEntries,
    blocking: blocking === implicitPool ? undefined : blocking,
    mailboxBatch: reactor.mailboxBatch,
    fibers: reactor.fibers,
    fiberBatch: reactor.fiberBatch,
    requests: reactor.requests,
    jsRequests: reactor.jsRequests?.count,
    jsArena: reactor.jsRequests?.arenaBytes,
    kernelWorkers: reactor.kernelWorkers,
    stall: reactor.stallNanoseconds ? nanoseconds(reactor.stallNanoseconds) : undefined,
  });
}

/** Who reads a channel that goes to no reactor. */
function raiseReader({ sharedMemory }: IrChannel): unknown {
  return sharedMemory === undefined ? javascript : { kind: 'sharedMemory', name: sharedMemory };
}

/** The channels of one reactor; of those between reactors the reader knows more. */
function raiseChannels({ name, channels, received = [] }: IrReactor): [string, object][] {
  const raised = (channel: IrChannel, from: string, to: unknown): [string, object] => {
    const { message, capacity, full, key, handler } = channel;
    const style = channel.awaited === 1 ? 'fiber' : undefined;
    const policy = key === undefined ? full : { kind: full, key };
    return [
      channel.name,
      given({ kind: 'channel', from, to, message, capacity, full: policy, handler, style }),
    ];
  };
  return [
    ...channels
      .filter(({ to }) => to === undefined)
      .map((each) => raised(each, name, raiseReader(each))),
    ...received.map((each) => raised(each, each.from ?? javascript, name)),
  ];
}

/** The calls of one reactor. */
function raiseCalls({ name: on, calls = [] }: IrReactor): [string, object][] {
  return calls.map(({ name, pool, handler, request, reply }) => [
    name,
    { kind: 'call', on, pool, handler, request, reply },
  ]);
}

/** The value of a config that lowers to this IR; its paths are relative to the output folder. */
export function raise(ir: Ir): Record<string, unknown> {
  const pools = ir.pools ?? [];
  return given({
    name: ir.name,
    backends: ir.backends,
    clock: ir.clock,
    reactors: Object.fromEntries(ir.reactors.map((each) => [each.name, raiseReactor(each, pools)])),
    messages: raiseMessages(ir),
    ...(ir.fibers && {
      fibers: { context: ir.fibers.context },
      stacks: Object.fromEntries(ir.fibers.classes.map(({ name, ...rest }) => [name, rest])),
    }),
    fds: Object.fromEntries(
      ir.reactors.flatMap(({ name, fds }) => fds.map((fd) => [fd.name, raiseFd(fd, name)])),
    ),
    channels: Object.fromEntries(ir.reactors.flatMap((reactor) => raiseChannels(reactor))),
    pools: Object.fromEntries(
      pools
        .filter(({ name }) => name !== implicitPool)
        .map(({ name, threads, cores, queueEntries }) => [
          name,
          {
            kind: 'pool',
            threads,
            ...(cores.length > 0 && { cores }),
            queue: queueEntries,
          },
        ]),
    ),
    calls: Object.fromEntries(ir.reactors.flatMap(raiseCalls)),
    handlers: ir.handlersHeader ?? undefined,
    native: ir.native,
    package: raisePackage(ir.package),
  });
}
