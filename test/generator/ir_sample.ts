/**
 * A small program as `lower` would give it, for the tests of the stages after it: two reactors,
 * every kind of fd, both receivers, messages of every type, and a channel.
 */
import type { Ir, IrMessage, IrReactor, IrSocketOptions, IrStreamFd } from '../../schemas/ir.ts';

const socketOptions: IrSocketOptions = {
  noDelay: 1,
  reuseAddress: 0,
  reusePort: 0,
  ipv6Only: 0,
  quickAcknowledge: 0,
  backlog: 0,
  receiveBufferBytes: 0,
  sendBufferBytes: 0,
  keepAliveIdleSeconds: 0,
  keepAliveIntervalSeconds: 0,
  keepAliveCount: 0,
  userTimeoutMilliseconds: 0,
  busyPollMicroseconds: 0,
  mode: 0,
};

/** The numbers of a stream's operations from `first` on; `open` is accept or connect. */
function operationsFrom(open: string, first: number): Record<string, number> {
  const names = [open, 'receive', 'send', 'shutdown', 'close', 'cancel', 'deadline'];
  return Object.fromEntries(names.map((name, offset) => [name, first + offset]));
}

/** A stream fd with the given differences. */
export function streamFd(name: string, parts: Partial<IrStreamFd>): IrStreamFd {
  return {
    name,
    typeName: name.charAt(0).toUpperCase() + name.slice(1),
    kind: 'tcp',
    index: 0,
    address: '127.0.0.1:9000',
    handler: null,
    framing: { kind: 'raw' },
    firstSlot: 0,
    slots: 4,
    operations: operationsFrom('connect', 8),
    receive: { group: 0, bytes: 65536, count: 8 },
    writeQueueBytes: 262144,
    full: 'refuse',
    connectTimeoutNanoseconds: 5_000_000_000,
    reconnect: { initialNanoseconds: 100_000_000, maximumNanoseconds: 10_000_000_000 },
    firstSharedSlot: -1,
    options: socketOptions,
    ...parts,
  };
}

/** A reactor with the given differences. */
export function reactor(name: string, parts: Partial<IrReactor>): IrReactor {
  return {
    name,
    typeName: name.charAt(0).toUpperCase() + name.slice(1),
    index: 0,
    core: -1,
    wait: { mode: 'spin-then-block', spinNanoseconds: 20_000 },
    submitBatch: 64,
    completionBatch: 64,
    submissionEntries: 128,
    completionEntries: 512,
    slots: 4,
    handles: 76,
    handlers: [],
    fds: [],
    channels: [],
    shared: {
      bytes: 1_314_816,
      statsOffset: 256,
      slotsOffset: 768,
      slots: 0,
      deliveryOffset: 768,
      deliveryBytes: 1_048_576,
      inboxOffset: 1_049_472,
      inboxBytes: 262_144,
    },
    ...parts,
  };
}

/** The program: `feed` with a C++ handler on one reactor and JavaScript on the other. */
export function sampleIr(): Ir {
  return {
    abi: 1,
    name: 'feed',
    config: '../../examples/feed/loom.config.ts',
    backends: { linux: ['io_uring', 'epoll'] },
    handlersHeader: '../../examples/feed/feed.hpp',
    native: { pkgConfig: ['simdjson'], sources: [], includeDirectories: [] },
    messages: [
      {
        name: 'Top',
        bytes: 24,
        alignment: 8,
        fields: [
          { name: 'symbol', type: 'u16', offset: 0, bytes: 2 },
          { name: 'live', type: 'bool', offset: 2, bytes: 1 },
          { name: 'bid', type: 'i64', offset: 8, bytes: 8 },
          { name: 'ratio', type: 'f64', offset: 16, bytes: 8 },
        ],
      },
      tradeMessage(),
    ],
    ...nestedTypes(),
    reactors: [controlReactor(), marketReactor()],
  };
}

/** What is nested in the message Trade: every kind of type. */
function nestedTypes(): Pick<Ir, 'structs' | 'enumerations'> {
  return {
    structs: [
      {
        name: 'Level',
        bytes: 16,
        alignment: 8,
        fields: [
          {
            name: 'price',
            type: { kind: 'decimal', scale: 8, base: 'i64' },
            offset: 0,
            bytes: 8,
            doc: 'In dollars.',
          },
          { name: 'side', type: { kind: 'enumeration', name: 'Side' }, offset: 8, bytes: 1 },
        ],
        doc: 'A price and its side.',
      },
    ],
    enumerations: [
      {
        name: 'Side',
        base: 'u8',
        values: [
          { name: 'bid', code: 0 },
          { name: 'ask', code: 1 },
        ],
        doc: 'A half of the book.',
      },
    ],
  };
}

/** A message with what Top has not. */
function tradeMessage(): IrMessage {
  return {
    name: 'Trade',
    bytes: 72,
    alignment: 8,
    fields: [
      { name: 'venue', type: { kind: 'chars', length: 5 }, offset: 0, bytes: 5 },
      { name: 'level', type: { kind: 'struct', name: 'Level' }, offset: 8, bytes: 16 },
      {
        name: 'around',
        type: { kind: 'array', of: { kind: 'struct', name: 'Level' }, count: 2 },
        offset: 24,
        bytes: 32,
      },
      { name: 'sizes', type: { kind: 'array', of: 'u64', count: 1 }, offset: 56, bytes: 8 },
      {
        name: 'fee',
        type: { kind: 'decimal', scale: 2, base: 'u32' },
        offset: 64,
        bytes: 4,
      },
    ],
    doc: 'A trade that happened.',
  };
}

function controlReactor(): IrReactor {
  const control = streamFd('control', {
    kind: 'unixServer',
    address: '/tmp/feed.sock',
    framing: { kind: 'lengthPrefixed', widthBytes: 4, endian: 'little', maximumBytes: 1048576 },
    slots: 64,
    operations: operationsFrom('accept', 8),
    receive: { group: 0, bytes: 32768, count: 16 },
    firstSharedSlot: 0,
    options: { ...socketOptions, noDelay: 0, backlog: 128, mode: 0o600 },
  });
  return reactor('control_loop', {
    typeName: 'ControlLoop',
    slots: 64,
    fds: [
      control,
      {
        name: 'seconds',
        typeName: 'Seconds',
        kind: 'timer',
        index: 2,
        handler: null,
        firstNanoseconds: 1_000_000_000,
        everyNanoseconds: 1_000_000_000,
        operations: { tick: 15 },
        timer: 0,
      },
    ],
  });
}

function marketReactor(): IrReactor {
  const market = streamFd('market', {
    index: 1,
    handler: 'Book',
    framing: { kind: 'line', maximumBytes: 262144 },
  });
  return reactor('md', {
    index: 1,
    core: 2,
    handlers: [{ name: 'Book', fds: ['market'] }],
    fds: [market],
    channels: [
      {
        name: 'top',
        typeName: 'Top',
        index: 0,
        message: 'Top',
        capacity: 4096,
        full: 'drop-newest',
        offset: 1_311_744,
        strideBytes: 24,
      },
    ],
  });
}
