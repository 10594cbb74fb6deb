/**
 * What the emitted `bindings/index.ts` tells this runtime about one program. Everything here is
 * decided by the generator (names, numbers, offsets: see the IR); nothing is computed at start.
 *
 * The emitted file is this and nothing more; every part below comes from the IR:
 *
 * ```ts
 * import { MessageView } from './loom/message_view.ts';
 * import type { Channel } from './loom/channel.ts';
 * import type { ProgramDescriptor } from './loom/descriptor.ts';
 * import { openProgram } from './loom/open.ts';
 * import type { OpenOptions, Program } from './loom/open.ts';
 * import type { NativeServer, NativeStream, Server, Stream } from './loom/stream.ts';
 * import type { Timer } from './loom/timer.ts';
 * export { LoomError } from './loom/error.ts';
 *
 * // messages.Top: `$view` and `$at` belong to the runtime; one getter a field. 64-bit integers
 * // are bigint. View methods: u8 getUint8, i8 getInt8 (one argument); u16 getUint16,
 * // i16 getInt16, u32 getUint32, i32 getInt32, u64 getBigUint64, i64 getBigInt64, f32 getFloat32,
 * // f64 getFloat64 (offset, true); bool is `getUint8(…) !== 0`.
 * export interface TopValue { symbol: number; bid: bigint }
 * export class Top extends MessageView<TopValue> {
 *   get symbol(): number { return this.$view.getUint16(this.$at, true); }
 *   get bid(): bigint { return this.$view.getBigInt64(this.$at + 8, true); }
 *   toObject(): TopValue { return { symbol: this.symbol, bid: this.bid }; }
 * }
 *
 * const descriptor = { … } satisfies ProgramDescriptor;
 *
 * // Reactors, fds with an address, the one client.
 * export type Options = OpenOptions<'main', 'tcp' | 'local', never>;
 * // Reactors, clients, all fds, channels.
 * export interface Feed extends Program<'main', 'market', 'tcp' | 'market', 'top'> {
 *   readonly tcp: Server;              // tcpServer, unixServer without a handler
 *   readonly market: Stream;           // tcp, unix without a handler
 *   readonly echo: NativeServer;       // tcpServer, unixServer with a C++ handler
 *   readonly book: NativeStream;       // tcp, unix with a C++ handler
 *   readonly itch: NativeServer;       // udp, unixDatagram: the address that it is bound to
 *                                      // with jsSends: SendingStream and so on
 *   readonly clock: Timer;             // timer without a handler; timers with one are left out
 *   readonly journal: AppendableFile;  // file, where its reactor takes requests; by its mode
 *   readonly top: Channel<Top>;        // of a group: readonly Channel<Top>[], one an instance
 *   readonly price: Call<AskWriter, AskValue, PriceValue>;
 * }
 * export function open(options: Options = {}): Promise<Feed> {
 *   return openProgram<Feed>(descriptor, options);
 * }
 * ```
 *
 * Names of fds, channels and calls become properties of the program, so `reservedNames` are taken.
 */
import type { ChannelFull } from './channel_layout.ts';
import type { MessageView } from './message_view.ts';
import type { MessageWriter } from './message_writer.ts';

/** The number both halves must agree on: `shared_abi` in shared_layout.hpp. */
export const sharedAbi = 1;

/** Properties of every program: no fd, no channel and no call may have one of these names. */
export const reservedNames = [
  'backend',
  'close',
  'closed',
  'constructor',
  'name',
  'on',
  'once',
  'stats',
  'stop',
  'stopped',
  'then',
] as const;

/** A ring in a reactor's shared block; the data begin 128 bytes after `offset`. */
export interface RingDescriptor {
  readonly offset: number;
  /** Length of the data, 2^n. */
  readonly bytes: number;
}

/** A stream fd: tcp, tcpServer, unix or unixServer. */
export interface StreamDescriptor {
  readonly kind: 'tcp' | 'tcpServer' | 'unix' | 'unixServer' | 'pipe';
  readonly name: string;
  /** Program-wide number. */
  readonly index: number;
  /** True when a C++ handler serves it; then nothing below but `address` matters here. */
  readonly native: boolean;
  /** The configured address, before any override. */
  readonly address: string;
  /** Connections at most (IR: slots). */
  readonly connections: number;
  /** First of its slot words (IR: firstSharedSlot); -1 when native. */
  readonly firstSharedSlot: number;
  readonly writeQueueBytes: number;
  /** Bytes that the framing adds to each sent message: raw 0, line 1, lengthPrefixed its width. */
  readonly framingBytes: number;
  /** Longest message the framing allows; 0 for raw, which has no limit of its own. */
  readonly maximumMessageBytes: number;
  /** JavaScript sends too, although it is native. */
  readonly jsSends?: true;
}

/** A timer fd. */
export interface TimerDescriptor {
  readonly kind: 'timer';
  readonly name: string;
  readonly index: number;
  readonly native: boolean;
}

/** A datagram fd, which a C++ handler serves: udp or unixDatagram. */
export interface DatagramDescriptor {
  readonly kind: 'udp' | 'unixDatagram';
  readonly name: string;
  /** Program-wide number. */
  readonly index: number;
  readonly native: true;
  /** JavaScript sends too: datagrams of at most so many bytes. */
  readonly sendBytes?: number;
}

/** A file: of C++ handlers, and of JavaScript where its reactor takes `requests`. */
export interface FileDescriptor {
  readonly kind: 'file';
  readonly name: string;
  /** Program-wide number. */
  readonly index: number;
  /** True when C++ handlers have it as well. */
  readonly native: boolean;
  /** Opened with O_DIRECT, which JavaScript cannot use. */
  readonly direct: boolean;
}

/** What JavaScript may ask of a reactor besides its connections, and where. */
export interface RequestsDescriptor {
  /** Requests that can be in flight at once, 2^n. */
  readonly count: number;
  /** Where the ring of entries begins in the shared block: its header, 128 bytes, comes first. */
  readonly offset: number;
  /** Entries of 64 bytes, 2^n. */
  readonly entries: number;
  /** Where the memory that they work in begins in the shared block, and its bytes. */
  readonly arenaOffset: number;
  readonly arenaBytes: number;
}

/** A call: a C++ function on a pool. */
export interface CallDescriptor {
  readonly name: string;
  /** Number among the calls of its reactor. */
  readonly index: number;
  /** In what it gets of the arena: where the reply begins, and all of it in bytes. */
  readonly replyOffset: number;
  readonly bytes: number;
  /** The emitted class that writes the request. */
  readonly writer: new (
    view: DataView,
  ) => MessageWriter;
  /** The emitted class that reads the reply. */
  readonly reader: new (
    view: DataView,
  ) => MessageView<unknown>;
}

/** The cells of a channel in a reactor's shared block. */
export interface CellsDescriptor {
  readonly name: string;
  /** Of its header. */
  readonly offset: number;
  /** Messages, 2^n. */
  readonly capacity: number;
  readonly strideBytes: number;
  readonly full: ChannelFull;
}

/** A channel to JavaScript. */
export interface ChannelDescriptor extends CellsDescriptor {
  /** The emitted class that reads one message. */
  readonly reader: new (
    view: DataView,
  ) => MessageView<unknown>;
}

/** The field of a message that is its key. */
export interface KeyDescriptor {
  readonly offset: number;
  readonly bytes: number;
}

/** A channel from JavaScript to the reactor. */
export interface PostDescriptor extends CellsDescriptor {
  /** Present where the channel conflates by key. */
  readonly key?: KeyDescriptor;
  /** The emitted class that writes one message. */
  readonly writer: new (
    view: DataView,
  ) => MessageWriter;
}

/** A channel in shared memory, for readers of other processes. */
export interface SharedDescriptor {
  readonly name: string;
  /** Its file in /dev/shm. */
  readonly file: string;
  /** Messages, 2^n. */
  readonly capacity: number;
  readonly strideBytes: number;
  readonly recordBytes: number;
  /** Hash of the message, 16 hexadecimal digits. */
  readonly layout: string;
  /** The emitted class that reads one message. */
  readonly reader: new (
    view: DataView,
  ) => MessageView<unknown>;
}

/** One reactor and its shared block. */
export interface ReactorDescriptor {
  readonly name: string;
  /** The reactor of the config of which it is one of several instances. */
  readonly group?: string;
  readonly sharedBytes: number;
  readonly delivery: RingDescriptor;
  readonly inbox: RingDescriptor;
  /** Absent: JavaScript asks for nothing. */
  readonly requests?: RequestsDescriptor;
  /** Absent: it takes no calls. */
  readonly calls?: readonly CallDescriptor[];
  readonly fds: readonly (
    | StreamDescriptor
    | DatagramDescriptor
    | TimerDescriptor
    | FileDescriptor
  )[];
  readonly channels: readonly ChannelDescriptor[];
  readonly posts: readonly PostDescriptor[];
  /** From other reactors. */
  readonly passing: readonly CellsDescriptor[];
}

/** The whole program. */
export interface ProgramDescriptor {
  readonly abi: 1;
  readonly name: string;
  /** Hash of what the addon must agree with: messages, fds, channels and where they lie. */
  readonly layout: string;
  /** `import.meta.url` of the emitted index.ts; the paths below are relative to it. */
  readonly from: string;
  readonly native: {
    /** Where the addon may be, most wanted first: '../build/release/feed.node', … */
    readonly candidates: readonly string[];
    /** What to type when it is nowhere, one command a line, run in the output folder. */
    readonly buildCommands: readonly string[];
  };
  /** In the order of the IR's reactors. */
  readonly reactors: readonly ReactorDescriptor[];
  readonly shared: readonly SharedDescriptor[];
}
