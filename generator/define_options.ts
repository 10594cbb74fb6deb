/** The options of each helper of `define.ts`, with the names of the config as literal types. */
import type { InferInput } from 'valibot';
import type { callSchema } from '../schemas/config_calls.ts';
import type { channelSchema } from '../schemas/config_channels.ts';
import type { udpSchema, unixDatagramSchema } from '../schemas/config_datagrams.ts';
import type {
  pipeSchema,
  tcpSchema,
  tcpServerSchema,
  unixSchema,
  unixServerSchema,
} from '../schemas/config_fds.ts';
import type { fileSchema } from '../schemas/config_files.ts';
import type { poolSchema } from '../schemas/config_pools.ts';
import type { eventfdSchema, signalSchema } from '../schemas/config_sources.ts';
import type { timerSchema } from '../schemas/config_timers.ts';
import type { traceSchema } from '../schemas/config_trace.ts';
import type { tuneSchema } from '../schemas/config_tune.ts';

/** The letters that the name of a handler begins with. */
type Capital =
  | 'A'
  | 'B'
  | 'C'
  | 'D'
  | 'E'
  | 'F'
  | 'G'
  | 'H'
  | 'I'
  | 'J'
  | 'K'
  | 'L'
  | 'M'
  | 'N'
  | 'O'
  | 'P'
  | 'Q'
  | 'R'
  | 'S'
  | 'T'
  | 'U'
  | 'V'
  | 'W'
  | 'X'
  | 'Y'
  | 'Z';

/** The name of a C++ struct with hooks, such as `Book`. Whether it exists the compiler knows. */
export type HandlerName = `${Capital}${string}`;

/** How a handler is written: callbacks, or fibers on a declared stack class. */
export type Style<Stack extends string> =
  | 'callback'
  | {
      /** The stack class that the fibers of this fd run on: a key of `stacks`. */
      fiber: Stack;
    };

/** The options of one kind of fd, with its reactor and its stack class as literal types. */
type Options<Schema, On extends string, Stack extends string> = {
  [Key in keyof Schema as Exclude<Key, 'kind' | 'address'>]: Key extends 'on'
    ? On
    : Key extends 'handler'
      ? HandlerName | undefined
      : Key extends 'style'
        ? Style<Stack> | undefined
        : Schema[Key];
};

/** Options of `tcp`. */
export type TcpOptions<On extends string = string, Stack extends string = string> = Options<
  InferInput<typeof tcpSchema>,
  On,
  Stack
>;

/** Options of `tcpServer`. */
export type TcpServerOptions<On extends string = string, Stack extends string = string> = Options<
  InferInput<typeof tcpServerSchema>,
  On,
  Stack
>;

/** Options of `unix`. */
export type UnixOptions<On extends string = string, Stack extends string = string> = Options<
  InferInput<typeof unixSchema>,
  On,
  Stack
>;

/** Options of `unixServer`. */
export type UnixServerOptions<On extends string = string, Stack extends string = string> = Options<
  InferInput<typeof unixServerSchema>,
  On,
  Stack
>;

/** Options of `timer`. */
export type TimerOptions<On extends string = string> = Options<
  InferInput<typeof timerSchema>,
  On,
  never
>;

/** Options of `udp`. */
export type UdpOptions<On extends string = string> = Options<
  InferInput<typeof udpSchema>,
  On,
  never
>;

/** Options of `unixDatagram`. */
export type UnixDatagramOptions<On extends string = string> = Options<
  InferInput<typeof unixDatagramSchema>,
  On,
  never
>;

/** Options of `pipe`. */
export type PipeOptions<On extends string = string> = Options<
  InferInput<typeof pipeSchema>,
  On,
  never
>;

/** Options of `eventfd`. */
export type EventfdOptions<On extends string = string> = Options<
  InferInput<typeof eventfdSchema>,
  On,
  never
>;

/** Options of `signal`. */
export type SignalOptions<On extends string = string> = Options<
  InferInput<typeof signalSchema>,
  On,
  never
>;

/** Options of `file`. */
export type FileOptions<On extends string = string> = {
  [Key in keyof InferInput<typeof fileSchema> as Exclude<Key, 'kind' | 'path'>]: Key extends 'on'
    ? On
    : Key extends 'handler'
      ? HandlerName | undefined
      : InferInput<typeof fileSchema>[Key];
};

/** The end of a channel that other processes read, as `sharedMemory` returns it. */
export interface SharedMemory {
  kind: 'sharedMemory';
  name: string;
}

/** What a full channel does, with a key as a literal type. */
type Full<Key extends string> =
  | Extract<InferInput<typeof channelSchema>['full'], string | undefined>
  | {
      kind: 'conflate';
      /** A field of the message: an integer, a bool or an enumeration. */
      key: Key;
    };

/** Options of `channel`. */
export type ChannelOptions<
  From extends string = string,
  To extends string | SharedMemory = string,
  Message extends string = string,
  Key extends string = string,
> = {
  [Name in keyof InferInput<typeof channelSchema> as Exclude<Name, 'kind'>]: Name extends 'from'
    ? From
    : Name extends 'to'
      ? To
      : Name extends 'message'
        ? Message
        : Name extends 'full'
          ? Full<Key> | undefined
          : InferInput<typeof channelSchema>[Name];
};

/** Options of `call`. */
export type CallOptions<
  On extends string = string,
  Pool extends string = string,
  Message extends string = string,
> = {
  [Key in keyof InferInput<typeof callSchema> as Exclude<Key, 'kind'>]: Key extends 'on'
    ? On
    : Key extends 'pool'
      ? Pool
      : Key extends 'request' | 'reply'
        ? Message
        : HandlerName;
};

/** Options of `pool`. */
export type PoolOptions = Omit<InferInput<typeof poolSchema>, 'kind'>;

/** A declared fd on one of the reactors `On`. */
export type FdOn<On extends string, Stack extends string> =
  | (TcpOptions<On, Stack> & { kind: 'tcp'; address: string })
  | (TcpServerOptions<On, Stack> & { kind: 'tcpServer'; address: string })
  | (UnixOptions<On, Stack> & { kind: 'unix'; address: string })
  | (UnixServerOptions<On, Stack> & { kind: 'unixServer'; address: string })
  | (TimerOptions<On> & { kind: 'timer' })
  | (UdpOptions<On> & { kind: 'udp' })
  | (UnixDatagramOptions<On> & { kind: 'unixDatagram'; address: string })
  | (PipeOptions<On> & { kind: 'pipe' })
  | (EventfdOptions<On> & { kind: 'eventfd' })
  | (SignalOptions<On> & { kind: 'signal' })
  | (FileOptions<On> & { kind: 'file'; path: string });

/** A load with the name of its fd as a literal type. */
type LoadOn<Load, Fd extends string> = Load extends unknown
  ? { [Key in keyof Load]: Key extends 'fd' ? Fd : Load[Key] }
  : never;

/** What `tune` takes. */
export type TuneOptions<Fd extends string = string> = Omit<
  InferInput<typeof tuneSchema>,
  'load'
> & {
  /** How the program is loaded: `echo`, `ingest`, `paced`, or a `command` of yours. */
  load: LoadOn<InferInput<typeof tuneSchema>['load'], Fd>;
};

/** What `trace` takes. */
export type TraceOptions<Fd extends string = string> = Omit<
  InferInput<typeof traceSchema>,
  'colours'
> & {
  /** Colours by the names of fds, for their completions and the functions of their handlers:
   * 0xRRGGBB. */
  colours?: { [Name in Fd]?: number };
};
