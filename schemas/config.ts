/**
 * The config: the one definition of every field a user may write in `loom.config.ts`.
 *
 * From this file come the types that the editor shows (with the comments below), the checks, the
 * defaults, and the JSON Schema in `loom.schema.json` (`schemas/json_schema.ts` writes it, taking
 * the descriptions from these comments). Unknown keys are errors everywhere. What depends on
 * more than one field is checked in `generator/check*.ts`; numbers are chosen in
 * `generator/lower*.ts`.
 */
import * as v from 'valibot';
import { callSchema } from './config_calls.ts';
import { channelSchema } from './config_channels.ts';
import { fdSchema, type framingSchema } from './config_fds.ts';
import { type CheckedStruct, messageSchema } from './config_messages.ts';
import { packageSchema } from './config_package.ts';
import { poolSchema } from './config_pools.ts';
import { traceSchema } from './config_trace.ts';
import { tuneSchema } from './config_tune.ts';
import { choice, duration, integer, oneOf, size, text } from './leaf.ts';
import { limits } from './limits.ts';

export { limits } from './limits.ts';

const kernelWorkersSchema = v.strictObject({
  /** Threads for regular files and block devices; 1 to 1024.
   * @default 2 */
  bounded: v.optional(integer('threads', 1, 1024), 2),
  /** Threads for everything else that cannot be polled; 1 to 1024.
   * @default 2 */
  unbounded: v.optional(integer('threads', 1, 1024), 2),
});

const elasticSchema = v.strictObject({
  /** Instances that always run; 1 to 16. */
  minimum: integer('instances', 1, limits.reactors),
  /** Instances that can run at once; 1 to 16. */
  maximum: integer('instances', 1, limits.reactors),
  /** One more is started when each has this share of the connections of some server, in percent;
   * 1 to 100.
   * @default 75 */
  growPercent: v.optional(integer('percent', 1, 100), 75),
  /** One is asked to retire when the others have had half of that for so long; 1ms to 1h. It takes
   * no new connection and ends when those it has are over.
   * @default '10s' */
  linger: v.optional(duration('1ms', '1h'), '10s'),
});

/** One event loop on one thread. */
export const reactorSchema = v.strictObject({
  /** Core that its thread is pinned to; 0 to 1023, or 'any'.
   * @default 'any' */
  core: v.optional(
    oneOf("'any' or a core number from 0 to 1023", [
      v.literal('any'),
      integer('core', 0, limits.core),
    ]),
    'any',
  ),
  /** Equal instances of this reactor, each on a thread of its own with rings and slots of its own;
   * 1 to 16, or `{ minimum: 1, maximum: 4 }` for as many as the load asks for. Their servers spread
   * connections over them (`spread`); a timer ticks in each of them. Other fds, and what goes to
   * JavaScript, belong on a reactor with one instance.
   * @default 1 */
  count: v.optional(
    oneOf('a number from 1 to 16 or { minimum: 1, maximum: 4 }', [
      integer('instances', 1, limits.reactors),
      elasticSchema,
    ]),
    1,
  ),
  /** The core of each instance, instead of `core`: as many as `count`; 0 to 1023. */
  cores: v.optional(v.array(integer('core', 0, limits.core))),
  /** What an idle loop does: `spin` burns its core, `block` sleeps in the kernel,
   * `{ spin: '20us' }` spins that long (100ns to 1s) and then sleeps.
   * @default { spin: '20us' } */
  wait: v.optional(
    oneOf("'spin', 'block' or { spin: '20us' }", [
      v.literal('spin'),
      v.literal('block'),
      v.strictObject({
        /** Time to spin before sleeping; 100ns to 1s. */
        spin: duration('100ns', '1s'),
      }),
    ]),
    { spin: '20us' },
  ),
  /** Operations submitted in one turn; 1 to 2048.
   * @default 64 */
  submitBatch: v.optional(integer('operations', 1, 2048), 64),
  /** Completions dispatched in one turn; 1 to 4096.
   * @default 64 */
  completionBatch: v.optional(integer('completions', 1, 4096), 64),
  /** Items of mail from other threads that wait at most, a power of two; 2 to 1048576. A full
   * mailbox refuses: `post()` says `full`.
   * @default 256 */
  mailbox: v.optional(integer('items', 2, 2 ** 20, 'power of two'), 256),
  /** The pool for what its backend cannot do by itself, such as files on epoll: a key of `pools`.
   * By default the first pool in the order of names or, without any, one of 2 threads that is
   * made when the reactor needs it. */
  blocking: v.optional(text("the name of a pool, such as 'crunch'")),
  /** Items of mail and commands of JavaScript taken before each submission; 1 to 65536.
   * @default 256 */
  mailboxBatch: v.optional(integer('items', 1, 65536), 256),
  /** Fibers that handlers may spawn besides those of connections; 0 to 65536. By default 8 where an
   * fd is of fiber style, else 0. */
  fibers: v.optional(integer('fibers', 0, 65536)),
  /** Ready fibers run in one turn; 1 to 65536.
   * @default 64 */
  fiberBatch: v.optional(integer('fibers', 1, 65536), 64),
  /** System requests that the handlers of this reactor can have in flight at once, files and all
   * else that `loom/system` builds; 0 to 65536.
   * @default 0 */
  requests: v.optional(integer('requests', 0, 65536), 0),
  /** What JavaScript can have in flight on this reactor besides the sends of its connections, such
   * as reads and writes of files and `calls`; a power of two, 2 to 16384. Past it a request is
   * refused. By default 64 where a file has no handler on its reactor, an fd says `jsSends` or a
   * call is on it, else JavaScript asks for nothing. */
  jsRequests: v.optional(integer('requests', 2, 2 ** 14, 'power of two')),
  /** Bytes of shared memory that requests of JavaScript read into and write from, a power of two;
   * 4K to 512M. By default 1M. */
  jsArena: v.optional(size('4K', '512M', 'power of two')),
  /** io_uring: the kernel's own threads for operations that would block; without a limit a
   * burst of them starts one for each (io_uring_register(2), IORING_REGISTER_IOWQ_MAX_WORKERS).
   * @default { bounded: 2, unbounded: 2 } */
  kernelWorkers: v.optional(kernelWorkersSchema, {}),
  /** Time that one handler or fiber may hold the loop before the watchdog names it; 100us to 10m,
   * or `false` for no watchdog.
   * @default false */
  stall: v.optional(
    oneOf("false or a duration, such as '10ms'", [v.literal(false), duration('100us', '10m')]),
    false,
  ),
  /** Bytes of the ring from JavaScript to this reactor, a power of two; 4K to 512M. By default
   * 256K, or what four of the largest messages need. */
  inbox: v.optional(size('4K', '512M', 'power of two')),
  /** Bytes of the ring from this reactor to JavaScript, a power of two; 4K to 512M. By default
   * 1M, or what four of the largest messages need. */
  delivery: v.optional(size('4K', '512M', 'power of two')),
});

/** A size class of fiber stacks; each reactor with fibers reserves its own. */
export const stackSchema = v.strictObject({
  /** Bytes of one stack, rounded up to whole pages; 16K to 64M. */
  bytes: size('16K', '64M'),
  /** Stacks of this class, reserved at start with a guard page below each; 1 to 65536. By default
   * what the connections of fiber style on it and `reactors.<name>.fibers` can use at once. */
  count: v.optional(integer('stacks', 1, 65536)),
  /** Fibers that wait for a stack when every one is taken; 0 to 65536. Past them a fiber is
   * refused: its connection closes with `exhausted`.
   * @default 0 */
  waiting: v.optional(integer('fibers', 0, 65536), 0),
});

const fibersSchema = v.strictObject({
  /** How stacks are switched: Boost.Context's `fcontext`, the C library's `ucontext`, or loomgen's
   * own `assembly` (x86-64 and arm64).
   * @default 'fcontext' */
  context: v.optional(choice(['fcontext', 'ucontext', 'assembly']), 'fcontext'),
});

const nativeSchema = v.strictObject({
  /** Libraries found by pkg-config.
   * @default [] */
  pkgConfig: v.optional(v.array(text('the name of a pkg-config package')), []),
  /** Your C++ sources, compiled with the program; relative to the config.
   * @default [] */
  sources: v.optional(v.array(text('the path of a C++ source')), []),
  /** Folders for `#include`; relative to the config.
   * @default [] */
  includeDirectories: v.optional(v.array(text('the path of a folder')), []),
});

const backendName = () => choice(['io_uring', 'epoll', 'kqueue', 'iocp']);

const backendsSchema = v.strictObject({
  /** Backends on Linux in order of preference; the choice is made at start.
   * @default ['io_uring', 'epoll'] */
  linux: v.optional(v.array(backendName()), ['io_uring', 'epoll']),
  /** Backends on macOS: `['kqueue']`. By default the program is not for macOS. */
  darwin: v.optional(v.array(backendName())),
  /** Backends on FreeBSD: `['kqueue']`. By default the program is not for FreeBSD. */
  freebsd: v.optional(v.array(backendName())),
  /** Backends on Windows: `['iocp']`. By default the program is not for Windows. */
  win32: v.optional(v.array(backendName())),
});

/** The whole config. */
export const configSchema = v.strictObject({
  /** Name of the program, of its C++ namespace and of its addon: `^[a-z][a-z0-9_]{0,31}$`. */
  name: text("a name, such as 'feed'"),
  /** Output folder, relative to the config; `--out` wins.
   * @default './generated' */
  out: v.optional(text('the path of a folder'), './generated'),
  /** Backends by platform, in order of preference. */
  backends: v.optional(backendsSchema, {}),
  /** What reactors read their time from: `tsc`, the processor's counter where the kernel trusts it
   * (without it the program does not start), `monotonic`, clock_gettime(2), or the better of both.
   * @default 'auto' */
  clock: v.optional(choice(['auto', 'tsc', 'monotonic']), 'auto'),
  /** Event loops, each on a thread of its own; at most 16. */
  reactors: v.record(v.string(), reactorSchema),
  /** Size classes of fiber stacks. By default `small` of 16K, `medium` of 64K, `large` of 256K. */
  stacks: v.optional(v.record(v.string(), stackSchema)),
  /** How fibers are made. */
  fibers: v.optional(fibersSchema, {}),
  /** Fixed-layout records for channels.
   * @default {} */
  messages: v.optional(v.record(v.string(), messageSchema), {}),
  /** File descriptors, or families of them. */
  fds: v.record(v.string(), fdSchema),
  /** Rings of messages between reactors and JavaScript.
   * @default {} */
  channels: v.optional(v.record(v.string(), channelSchema), {}),
  /** Worker threads for what blocks or computes; at most 15.
   * @default {} */
  pools: v.optional(v.record(v.string(), poolSchema), {}),
  /** C++ functions that JavaScript runs on a pool, each a promise there.
   * @default {} */
  calls: v.optional(v.record(v.string(), callSchema), {}),
  /** Your C++ header with the handlers; relative to the config. */
  handlers: v.optional(text('the path of a C++ header')),
  /** What your C++ needs besides the header. */
  native: v.optional(nativeSchema, {}),
  /** The npm package that the output folder is: package.json, a README and compiled bindings; or
   * `false` for none of them.
   * @default {} */
  package: v.optional(
    oneOf("false or { name: '@acme/feed', version: '1.2.0' }", [v.literal(false), packageSchema]),
    {},
  ),
  /** What `loomgen tune` loads the program with; the program itself is the same without it. */
  tune: v.optional(tuneSchema),
  /** What `loomgen build --trace` puts zones into; a build without it is the same without this. */
  trace: v.optional(traceSchema, {}),
});

/** What a user may write. */
export type LoomConfig = v.InferInput<typeof configSchema>;

/** The same with every default filled in, sizes in bytes and durations in nanoseconds. */
export type CheckedConfig = v.InferOutput<typeof configSchema>;

/** A checked fd of any kind. */
export type CheckedFd = v.InferOutput<typeof fdSchema>;

/** A checked stream fd. */
export type CheckedStream = Extract<
  CheckedFd,
  { kind: 'tcp' | 'tcpServer' | 'unix' | 'unixServer' }
>;

/** A checked datagram fd. */
export type CheckedDatagram = Extract<CheckedFd, { kind: 'udp' | 'unixDatagram' }>;

/** A checked file. */
export type CheckedFile = Extract<CheckedFd, { kind: 'file' }>;

/** A checked framing. */
export type CheckedFraming = v.InferOutput<typeof framingSchema>;

/** A checked message. */
export type CheckedMessage = CheckedStruct;

/** A checked pool. */
export type CheckedPool = v.InferOutput<typeof poolSchema>;

/** A checked reactor. */
export type CheckedReactor = v.InferOutput<typeof reactorSchema>;
