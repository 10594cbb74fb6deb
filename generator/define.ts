/**
 * What a `loom.config.ts` imports: `defineLoom` and the helpers that build its parts.
 *
 * Every function returns plain data and checks nothing: the checks belong to `loomgen build`,
 * with a place and a fix. What these functions add is types. The names in `reactors`, `stacks` and
 * `messages` are type parameters, so a wrong name is an error in the editor. This file imports
 * types only; it is loaded each time a config is.
 */
import type { InferInput } from 'valibot';
import type { LoomConfig, stackSchema } from '../schemas/config.ts';
import type { Size } from '../schemas/leaf.ts';
import type { FieldName, Struct } from './define_messages.ts';
import type {
  CallOptions,
  TcpOptions,
  TcpServerOptions,
  UnixOptions,
  UnixServerOptions,
  TimerOptions,
  UdpOptions,
  UnixDatagramOptions,
  PipeOptions,
  EventfdOptions,
  SignalOptions,
  ChannelOptions,
  SharedMemory,
  PoolOptions,
  TuneOptions,
  TraceOptions,
  FdOn,
  FileOptions,
} from './define_options.ts';

export type { LoomConfig } from '../schemas/config.ts';
export type { Duration, Size } from '../schemas/leaf.ts';
export { call } from './define_calls.ts';
export { channel, conflate, sharedMemory } from './define_channels.ts';
export * from './define_messages.ts';
export type * from './define_options.ts';

/** The parts of the config whose keys are names that other parts refer to. */
type Named =
  | 'reactors'
  | 'stacks'
  | 'messages'
  | 'fds'
  | 'channels'
  | 'pools'
  | 'calls'
  | 'tune'
  | 'trace';

/** A channel of one of the messages; what it conflates by is a field of that one. */
type ChannelOf<Reactor extends string, Messages extends Readonly<Record<string, Struct>>> = {
  [Message in keyof Messages & string]: ChannelOptions<
    Reactor | 'js',
    Reactor | 'js' | SharedMemory,
    Message,
    FieldName<Messages[Message]>
  > & { kind: 'channel' };
}[keyof Messages & string];

/** The config with its names as literal types. */
export type LoomDefinition<
  Reactor extends string,
  Stack extends string,
  Messages extends Readonly<Record<string, Struct>>,
  Fd extends string,
  Channel extends string,
  Pool extends string,
> = {
  [Key in keyof LoomConfig as Exclude<Key, Named>]: LoomConfig[Key];
} & {
  /** Event loops, each on a thread of its own; at most 16. */
  reactors: {
    [Name in Reactor]: Omit<LoomConfig['reactors'][string], 'blocking'> & {
      /** The pool for what its backend cannot do by itself: a key of `pools`. */
      blocking?: NoInfer<Pool>;
    };
  };
  /** Size classes of fiber stacks. By default `small` of 16K, `medium` of 64K, `large` of 256K. */
  stacks?: { [Name in Stack]: InferInput<typeof stackSchema> };
  /** Fixed-layout records for channels: `struct({ symbol: u16, bid: i64 })`. */
  messages?: Messages;
  /** File descriptors: `tcp`, `tcpServer`, `unix`, `unixServer`, `udp`, `unixDatagram`, `timer`,
   * `eventfd`, `signal`, `pipe`, `file`. */
  fds: { [Name in Fd]: FdOn<NoInfer<Reactor>, NoInfer<Stack>> };
  /** Rings of messages between reactors and JavaScript: `channel({ from, to: 'js', message })`. */
  channels?: {
    [Name in Channel]: ChannelOf<NoInfer<Reactor>, NoInfer<Messages>>;
  };
  /** Worker threads for what blocks or computes: `pool({ threads: 2 })`. */
  pools?: { [Name in Pool]: PoolOptions & { kind: 'pool' } };
  /** C++ functions that JavaScript runs on a pool: `call({ on, pool, request, reply, … })`. */
  calls?: {
    [Name in string]: CallOptions<
      NoInfer<Reactor>,
      NoInfer<Pool>,
      NoInfer<keyof Messages & string>
    > & { kind: 'call' };
  };
  /** What `loomgen tune` loads the program with; the program itself is the same without it. */
  tune?: TuneOptions<NoInfer<Fd>>;
  /** What `loomgen build --trace` puts zones into; a build without it is the same without this. */
  trace?: TraceOptions<NoInfer<Fd>>;
};

/**
 * Describes one program. Gives its argument back; the types are what it is for. A wrong
 * reactor, stack class, message or duration is a type error here and a located diagnostic in
 * `loomgen build`.
 */
export function defineLoom<
  const Reactor extends string,
  const Fd extends string,
  const Stack extends string = 'small' | 'medium' | 'large',
  const Messages extends Readonly<Record<string, Struct>> = Record<never, never>,
  const Channel extends string = never,
  const Pool extends string = never,
>(
  config: LoomDefinition<Reactor, Stack, Messages, Fd, Channel, Pool>,
): LoomDefinition<Reactor, Stack, Messages, Fd, Channel, Pool> {
  return config;
}

/** A TCP client: connects to `host:port` or `[IPv6]:port` and keeps connected. */
export function tcp<const On extends string, const Stack extends string = never>(
  address: string,
  options: TcpOptions<On, Stack>,
) {
  return { ...options, kind: 'tcp' as const, address };
}

/** A TCP listener on `host:port` or `[IPv6]:port`, and its connections. */
export function tcpServer<const On extends string, const Stack extends string = never>(
  address: string,
  options: TcpServerOptions<On, Stack>,
) {
  return { ...options, kind: 'tcpServer' as const, address };
}

/**
 * A client of the unix socket at a path of at most 107 bytes, or at an abstract name (`'@feed'`).
 * `type: 'seqpacket'` carries packets instead of bytes.
 */
export function unix<const On extends string, const Stack extends string = never>(
  path: string,
  options: UnixOptions<On, Stack>,
) {
  return { ...options, kind: 'unix' as const, address: path };
}

/**
 * A listening unix socket at a path of at most 107 bytes, or at an abstract name (`'@feed'`), and
 * its connections. `type: 'seqpacket'` carries packets instead of bytes.
 */
export function unixServer<const On extends string, const Stack extends string = never>(
  path: string,
  options: UnixServerOptions<On, Stack>,
) {
  return { ...options, kind: 'unixServer' as const, address: path };
}

/**
 * UDP sockets: `bind` to receive, `connect` for one peer, `groups` for multicast. A handler takes
 * each datagram whole.
 */
export function udp<const On extends string>(options: UdpOptions<On>) {
  return { ...options, kind: 'udp' as const };
}

/**
 * A unix datagram socket at a path of at most 107 bytes, at an abstract name (`'@log'`), or at a
 * name of the kernel's choice (`'@'`).
 */
export function unixDatagram<const On extends string>(
  path: string,
  options: UnixDatagramOptions<On>,
) {
  return { ...options, kind: 'unixDatagram' as const, address: path };
}

/** A stream that is no socket: `pipe({ on, read: 'stdin', write: 'stdout' })`, FIFOs, terminals. */
export function pipe<const On extends string>(options: PipeOptions<On>) {
  return { ...options, kind: 'pipe' as const };
}

/** The file at a path, or the one that is open as `fd:3`; a member of its reactor's handlers. */
export function file<const On extends string>(path: string, options: FileOptions<On>) {
  return { ...options, kind: 'file' as const, path };
}

/** A timer: periodic with `every`, one-shot with only `after`. */
export function timer<const On extends string>(options: TimerOptions<On>) {
  return { ...options, kind: 'timer' as const };
}

/** A counter that wakes its handler, eventfd(2): any thread adds to it. */
export function eventfd<const On extends string>(options: EventfdOptions<On>) {
  return { ...options, kind: 'eventfd' as const };
}

/** Signals that are sent to the process, as events, signalfd(2): `signals: ['SIGHUP']`. */
export function signal<const On extends string>(options: SignalOptions<On>) {
  return { ...options, kind: 'signal' as const };
}

/** Framing: the handler gets bytes as they come. */
export function raw() {
  return { kind: 'raw' as const };
}

/** Framing: lines that end with `\n`; a `\r` before it is dropped. `maximum` is 64K by default. */
export function line(options: { maximum?: Size } = {}) {
  return { ...options, kind: 'line' as const };
}

/** The lengths that `lengthPrefixed` can read. */
export type LengthWidth = 'u8' | 'u16le' | 'u16be' | 'u32le' | 'u32be' | 'u64le' | 'u64be';

/** Framing: an unsigned length before each message, counting the payload only. */
export function lengthPrefixed(width: LengthWidth, options: { maximum?: Size } = {}) {
  return { ...options, kind: 'lengthPrefixed' as const, width };
}

/** Worker threads for what blocks or computes, and a bounded queue to them. */
export function pool(options: PoolOptions = {}) {
  return { ...options, kind: 'pool' as const };
}
