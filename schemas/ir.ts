/**
 * The intermediate representation: what `lower` decides and every later stage only reads.
 * It is written as `loom.ir.json` and is itself a legal input of `loomgen build`.
 *
 * Integers only (no durations, no sizes with suffixes), sorted by name, no clock, no absolute
 * path: two checkouts of one config give the same bytes. `abi` changes whenever a reader of an
 * older file would misunderstand a newer one.
 */

import type { IrCall } from './ir_calls.ts';
import type { IrChannel, IrSharedLayout } from './ir_channels.ts';
import type { IrDatagramFd } from './ir_datagrams.ts';
import type { IrFileFd } from './ir_files.ts';
import type { IrJsRequests } from './ir_js_requests.ts';
import type { IrEnumeration, IrMessage } from './ir_messages.ts';
import type { IrPackage } from './ir_package.ts';

export type { IrChannel, IrSharedLayout } from './ir_channels.ts';
export type { IrDatagramFd, IrDatagramOptions, IrGroup } from './ir_datagrams.ts';
export type { IrFileFd } from './ir_files.ts';
export type * from './ir_messages.ts';

import type { IrSourceFd } from './ir_sources.ts';

export type { IrEventFd, IrSignalFd, IrSourceFd } from './ir_sources.ts';
import type { IrOffload, IrPool } from './ir_pools.ts';

/** The ABI number of the representation this version reads and writes. */
export const IR_ABI = 1;

/** Backends that exist for Linux, as `schemas/backends.ts` lists them. */
export type IrBackend = 'io_uring' | 'epoll';

/** The backends of each platform that the program is for, in order of preference. */
export interface IrBackends {
  linux: IrBackend[];
  /** Absent: it is not for macOS. */
  darwin?: 'kqueue'[];
  /** Absent: it is not for FreeBSD. */
  freebsd?: 'kqueue'[];
  /** Absent: it is not for Windows. */
  win32?: 'iocp'[];
}

/** Kinds of a declared file descriptor. */
export type IrFdKind =
  | 'tcp'
  | 'tcpServer'
  | 'unix'
  | 'unixServer'
  | 'pipe'
  | 'timer'
  | 'udp'
  | 'unixDatagram'
  | 'eventfd'
  | 'signal'
  | 'file';

/** How a stream of bytes is cut into messages. */
export type IrFraming =
  | { kind: 'raw' }
  /** One packet of SOCK_SEQPACKET is one message; its fd is a unix kind. */
  | { kind: 'packet' }
  /** `\n` ends a line; a `\r` before it is dropped. `maximumBytes` excludes the terminator. */
  | { kind: 'line'; maximumBytes: number }
  /** An unsigned length before each message; it counts the payload only. */
  | {
      kind: 'lengthPrefixed';
      widthBytes: 1 | 2 | 4 | 8;
      endian: 'little' | 'big';
      maximumBytes: number;
    };

/** Socket options, all integers; 0 leaves the kernel's default unless said otherwise. */
export interface IrSocketOptions {
  /** TCP_NODELAY, 0 or 1. */
  noDelay: number;
  /** SO_REUSEADDR, 0 or 1. */
  reuseAddress: number;
  /** SO_REUSEPORT, 0 or 1. */
  reusePort: number;
  /** IPV6_V6ONLY, 0 or 1. */
  ipv6Only: number;
  /** TCP_QUICKACK after connect or accept where the socket can still be reached, 0 or 1. */
  quickAcknowledge: number;
  /** listen(2) backlog; servers only. */
  backlog: number;
  /** SO_RCVBUF in bytes. */
  receiveBufferBytes: number;
  /** SO_SNDBUF in bytes. */
  sendBufferBytes: number;
  /** SO_KEEPALIVE with TCP_KEEPIDLE in seconds; 0 is off. */
  keepAliveIdleSeconds: number;
  /** TCP_KEEPINTVL in seconds. */
  keepAliveIntervalSeconds: number;
  /** TCP_KEEPCNT. */
  keepAliveCount: number;
  /** TCP_USER_TIMEOUT in milliseconds. */
  userTimeoutMilliseconds: number;
  /** SO_BUSY_POLL in microseconds. */
  busyPollMicroseconds: number;
  /** Permission bits of a unix socket's path (octal 0o600 is 384); unixServer only. */
  mode: number;
}

/** One stream fd (tcp, tcpServer, unix, unixServer) or a family of its connections. */
export interface IrStreamFd {
  name: string;
  /** The struct in `fds.hpp`: the name in PascalCase. */
  typeName: string;
  kind: 'tcp' | 'tcpServer' | 'unix' | 'unixServer' | 'pipe';
  /** Program-wide number of this fd, dense from 0, in name order. */
  index: number;
  /** `host:port`, `[v6]:port`, a path or `@` and an abstract name; of a pipe, where it reads (`-`:
   * nowhere). */
  address: string;
  /** Pipes: where they write; absent, nowhere. */
  write?: string;
  /** The user's C++ struct, or null: delivered to JavaScript. */
  handler: string | null;
  framing: IrFraming;
  /** Fiber style: the stack class of its connections' fibers; absent: callbacks. */
  stackClass?: string;
  /** First slot in the reactor's slot space, and how many follow. */
  firstSlot: number;
  slots: number;
  /** Operation numbers in the reactor's `Operation` enumeration. */
  operations: Record<string, number>;
  /**
   * Receive buffers of this fd: each `bytes` long (plus 64 of padding), `count` of them (2^n); and
   * how they are filled, absent: multishot.
   */
  receive: {
    group: number;
    bytes: number;
    count: number;
    strategy?: 'bundle' | 'oneshot' | 'direct';
  };
  /** epoll: absent, edge-triggered. */
  trigger?: 'level';
  /** Descriptors of one connection that may wait each way; absent when none pass. */
  descriptors?: number;
  /** Bytes of each connection's write queue (2^n). */
  writeQueueBytes: number;
  /** JavaScript sends behind what the handler writes, 1; absent: it does not. */
  jsSends?: 1;
  /** Servers: what happens to a connection past the last slot. */
  full: 'refuse' | 'wait';
  /** Servers of a reactor with several instances: how connections reach them. */
  spread?: 'reuseport' | 'round-robin' | 'least-inflight';
  /** Servers of an elastic group: connections with which an instance is crowded. */
  growAt?: number;
  /** Clients: time limit of one connect(2). */
  connectTimeoutNanoseconds: number;
  /** Clients: capped exponential backoff with jitter; initial 0 means never reconnect. */
  reconnect: { initialNanoseconds: number; maximumNanoseconds: number };
  /** First index in the shared block of per-slot words; -1 when a handler exists. */
  firstSharedSlot: number;
  options: IrSocketOptions;
}

/** A periodic or one-shot timer. */
export interface IrTimerFd {
  name: string;
  typeName: string;
  kind: 'timer';
  index: number;
  handler: string | null;
  /** Time to the first expiration; 0: its handler arms it. */
  firstNanoseconds: number;
  /** Period; 0 is a one-shot timer. */
  everyNanoseconds: number;
  /** Operation numbers in the reactor's `Operation` enumeration. */
  operations: Record<string, number>;
  /** Position in the reactor's timer table. */
  timer: number;
}

/** Any declared fd. */
export type IrFd = IrStreamFd | IrTimerFd | IrDatagramFd | IrSourceFd | IrFileFd;

/** One event loop on one thread. */
export interface IrReactor {
  name: string;
  typeName: string;
  index: number;
  /** Core number, or -1 for any. */
  core: number;
  /** Equal instances, each with everything below for itself; absent: 1. */
  count?: number;
  /** Of `count` instances only this many always run, the rest come with the load; absent: all. */
  elastic?: { minimum: number; growPercent: number; lingerNanoseconds: number };
  /** The core of each instance; absent: `core` says it. */
  cores?: number[];
  wait: { mode: 'spin' | 'block' | 'spin-then-block'; spinNanoseconds: number };
  submitBatch: number;
  completionBatch: number;
  /** io_uring: submission queue entries (2^n) and completion queue entries (2^n). */
  submissionEntries: number;
  completionEntries: number;
  /** All slots of all stream fds. */
  slots: number;
  /** Entries in the fixed-file table: slots + listeners + room to refuse a flood. */
  handles: number;
  /** Every distinct handler of this reactor, sorted; the fds each serves. */
  handlers: { name: string; fds: string[] }[];
  fds: IrFd[];
  /** Those that it writes. */
  channels: IrChannel[];
  /** Those that it reads; absent: none. */
  received?: IrChannel[];
  shared: IrSharedLayout;
  /** Items of mail from other threads (2^n); absent: 256. */
  mailboxEntries?: number;
  /** Index of the pool for what the backend cannot do; absent: the reactor never needs one. */
  blockingPool?: number;
  /** Pools that its handlers submit to; absent: the program declares none. */
  offloads?: IrOffload[];
  /** Items of mail and commands taken before each submission; absent: 256. */
  mailboxBatch?: number;
  /** Fibers that handlers may spawn besides those of connections; absent: it has no fibers. */
  fibers?: number;
  /** Ready fibers run in one turn; absent: 64. */
  fiberBatch?: number;
  /** System requests that handlers can have in flight; absent: none. */
  requests?: number;
  /** What JavaScript asks besides its connections; absent: nothing. */
  jsRequests?: IrJsRequests;
  /** Functions on a pool that JavaScript calls; absent: none. */
  calls?: IrCall[];
  /** io_uring: threads of the kernel for what would block; absent: 2 and 2. */
  kernelWorkers?: { bounded: number; unbounded: number };
  /** Longest time that a handler or fiber may hold the loop unnoticed; absent: no watchdog. */
  stallNanoseconds?: number;
}

/** A size class of fiber stacks; its position in the list is its number in C++. */
export interface IrStackClass {
  name: string;
  bytes: number;
  count: number;
  waiting: number;
}

/** What every reactor with fibers reserves. */
export interface IrFibers {
  context: 'fcontext' | 'ucontext' | 'assembly';
  /** Fibers that can exist at once: those that have stacks and those that wait for one. */
  records: number;
  classes: IrStackClass[];
}

/** The whole program. */
export interface Ir {
  abi: number;
  name: string;
  /**
   * The config this was lowered from, as banners name it: relative to the output folder, with
   * forward slashes. `build` sets it; absent in a representation made by other means.
   */
  config?: string;
  backends: IrBackends;
  /** What reactors read their time from; absent: the counter where it can be trusted. */
  clock?: 'tsc' | 'monotonic';
  /** Paths relative to the output folder, with forward slashes. */
  handlersHeader: string | null;
  native: {
    pkgConfig: string[];
    sources: string[];
    includeDirectories: string[];
  };
  messages: IrMessage[];
  /** Structs that are nested in messages and are none themselves; absent when there is none. */
  structs?: IrMessage[];
  /** Enumerations of the fields of both; absent when there is none. */
  enumerations?: IrEnumeration[];
  /** Absent when no reactor has fibers. */
  fibers?: IrFibers;
  /** Absent: no pool. */
  pools?: IrPool[];
  /** Absent: the output folder is no npm package. */
  package?: IrPackage;
  reactors: IrReactor[];
}
