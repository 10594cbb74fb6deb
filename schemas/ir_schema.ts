/**
 * The IR as a strict valibot schema: the same shape as `ir.ts`, with the form and the range of
 * every value. A `loom.ir.json` is as untrusted as a config, and its strings end in C++, CMake
 * and TypeScript.
 */
import * as v from 'valibot';
import type { Ir } from './ir.ts';
import { bit, list, lowerName, one, upperName, whole, word } from './ir_leaf.ts';
import { call } from './ir_schema_calls.ts';
import { channel, shared } from './ir_schema_channels.ts';
import { jsRequests } from './ir_schema_js_requests.ts';
import { datagramFd } from './ir_schema_datagrams.ts';
import { fileFd } from './ir_schema_files.ts';
import { enumeration, message } from './ir_schema_messages.ts';
import { packageEntry } from './ir_schema_package.ts';
import { limits } from './limits.ts';

const bytes = whole(0, 2 ** 40);
const nanoseconds = whole(0, 2 ** 53 - 1);

// The texts of addresses and paths are checked again, with their meaning, by `check_ir.ts`.
const address = word(/^[\x20-\x7e]{1,259}$/, 'an address of printable characters');
const path = word(/^[\p{L}\p{N} _.\-+@,=~()/]{1,4096}$/u, 'a relative path of plain characters');
const packageName = word(/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/, 'the name of a pkg-config package');

const framing = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('raw') }),
    v.strictObject({ kind: v.literal('packet') }),
    v.strictObject({ kind: v.literal('line'), maximumBytes: whole(1, limits.frameBytes) }),
    v.strictObject({
      kind: v.literal('lengthPrefixed'),
      widthBytes: one(1, 2, 4, 8),
      endian: one('little', 'big'),
      maximumBytes: whole(1, limits.frameBytes),
    }),
  ],
  'a framing: raw, packet, line or lengthPrefixed',
);

const options = v.strictObject({
  noDelay: bit,
  reuseAddress: bit,
  reusePort: bit,
  ipv6Only: bit,
  quickAcknowledge: bit,
  backlog: whole(0, 65535),
  receiveBufferBytes: bytes,
  sendBufferBytes: bytes,
  keepAliveIdleSeconds: whole(0, 32767),
  keepAliveIntervalSeconds: whole(0, 32767),
  keepAliveCount: whole(0, 127),
  userTimeoutMilliseconds: whole(0, 2 ** 31 - 1),
  busyPollMicroseconds: whole(0, 2 ** 31 - 1),
  mode: whole(0, 0o777),
});

const streamFd = v.strictObject({
  name: lowerName,
  typeName: upperName,
  kind: one('tcp', 'tcpServer', 'unix', 'unixServer', 'pipe'),
  index: whole(0, 65535),
  address,
  write: v.exactOptional(address),
  handler: v.nullable(upperName),
  framing,
  stackClass: v.exactOptional(lowerName),
  firstSlot: whole(0, limits.slots),
  slots: whole(1, limits.slots),
  operations: v.record(lowerName, whole(1, limits.operations)),
  receive: v.strictObject({
    group: whole(0, 65535),
    bytes: whole(1, 2 ** 24),
    count: whole(1, 32768),
    strategy: v.exactOptional(one('bundle', 'oneshot', 'direct')),
  }),
  trigger: v.exactOptional(v.literal('level')),
  descriptors: v.exactOptional(whole(1, 253)),
  writeQueueBytes: whole(1, 2 ** 28),
  jsSends: v.exactOptional(v.literal(1)),
  full: one('refuse', 'wait'),
  spread: v.exactOptional(one('reuseport', 'round-robin', 'least-inflight')),
  growAt: v.exactOptional(whole(1, limits.slots)),
  connectTimeoutNanoseconds: nanoseconds,
  reconnect: v.strictObject({
    initialNanoseconds: nanoseconds,
    maximumNanoseconds: nanoseconds,
  }),
  firstSharedSlot: whole(-1, limits.slots),
  options,
});

const timerFd = v.strictObject({
  name: lowerName,
  typeName: upperName,
  kind: v.literal('timer'),
  index: whole(0, 65535),
  handler: v.nullable(upperName),
  firstNanoseconds: nanoseconds,
  everyNanoseconds: nanoseconds,
  operations: v.record(lowerName, whole(1, limits.operations)),
  timer: whole(0, 65535),
});

const eventfd = v.strictObject({
  name: lowerName,
  typeName: upperName,
  kind: v.literal('eventfd'),
  index: whole(0, 65535),
  handler: v.nullable(upperName),
  operations: v.record(lowerName, whole(1, limits.operations)),
  semaphore: bit,
  initial: whole(0, 2 ** 31 - 1),
  adopt: whole(-1, 2 ** 20 - 1),
});

const signal = v.strictObject({
  name: lowerName,
  typeName: upperName,
  kind: v.literal('signal'),
  index: whole(0, 65535),
  handler: v.nullable(upperName),
  operations: v.record(lowerName, whole(1, limits.operations)),
  signals: list(whole(1, 31), 31),
});

const pool = v.strictObject({
  name: lowerName,
  index: whole(0, limits.pools),
  threads: whole(1, 64),
  cores: list(whole(0, limits.core), 64),
  queueEntries: whole(2, 65536),
});

const offload = v.strictObject({
  pool: lowerName,
  operation: whole(1, limits.operations),
  slots: whole(1, limits.slots),
});

const reactor = v.strictObject({
  name: lowerName,
  typeName: upperName,
  index: whole(0, limits.reactors - 1),
  core: whole(-1, limits.core),
  count: v.exactOptional(whole(2, limits.reactors)),
  elastic: v.exactOptional(
    v.strictObject({
      minimum: whole(1, limits.reactors - 1),
      growPercent: whole(1, 100),
      lingerNanoseconds: nanoseconds,
    }),
  ),
  cores: v.exactOptional(list(whole(0, limits.core), limits.reactors)),
  wait: v.strictObject({
    mode: one('spin', 'block', 'spin-then-block'),
    spinNanoseconds: nanoseconds,
  }),
  submitBatch: whole(1, 2048),
  completionBatch: whole(1, 4096),
  submissionEntries: whole(1, 32768),
  completionEntries: whole(1, 65536),
  slots: whole(0, limits.slots),
  handles: whole(0, 2 ** 21),
  handlers: list(v.strictObject({ name: upperName, fds: list(lowerName, 65535) }), 65535),
  fds: list(
    v.variant(
      'kind',
      [streamFd, timerFd, datagramFd, eventfd, signal, fileFd],
      'an fd of a known kind',
    ),
    65535,
  ),
  channels: list(channel, 65535),
  received: v.exactOptional(list(channel, 65535)),
  shared,
  mailboxEntries: v.exactOptional(whole(2, 2 ** 20)),
  blockingPool: v.exactOptional(whole(0, limits.pools)),
  offloads: v.exactOptional(list(offload, limits.pools)),
  mailboxBatch: v.exactOptional(whole(1, 65536)),
  fibers: v.exactOptional(whole(0, 65536)),
  fiberBatch: v.exactOptional(whole(1, 65536)),
  requests: v.exactOptional(whole(1, 65536)),
  jsRequests: v.exactOptional(jsRequests),
  calls: v.exactOptional(list(call, 65535)),
  kernelWorkers: v.exactOptional(
    v.strictObject({ bounded: whole(1, 1024), unbounded: whole(1, 1024) }),
  ),
  stallNanoseconds: v.exactOptional(nanoseconds),
});

/** The whole IR. `v.parse` gives exactly an `Ir`; the assignment below is checked by tsc. */
export const irSchema = v.strictObject({
  abi: whole(1, 65535),
  name: lowerName,
  config: v.exactOptional(path),
  backends: v.strictObject({
    linux: list(one('io_uring', 'epoll'), 2),
    darwin: v.exactOptional(list(one('kqueue'), 1)),
    freebsd: v.exactOptional(list(one('kqueue'), 1)),
    win32: v.exactOptional(list(one('iocp'), 1)),
  }),
  clock: v.exactOptional(one('tsc', 'monotonic')),
  handlersHeader: v.nullable(path),
  native: v.strictObject({
    pkgConfig: list(packageName, 256),
    sources: list(path, 65535),
    includeDirectories: list(path, 65535),
  }),
  messages: list(message, 65535),
  structs: v.exactOptional(list(message, 65535)),
  enumerations: v.exactOptional(list(enumeration, 65535)),
  fibers: v.exactOptional(
    v.strictObject({
      context: one('fcontext', 'ucontext', 'assembly'),
      records: whole(1, 2 ** 24),
      classes: list(
        v.strictObject({
          name: lowerName,
          bytes: whole(16384, 2 ** 26),
          count: whole(1, 2 ** 21),
          waiting: whole(0, 65536),
        }),
        65535,
      ),
    }),
  ),
  pools: v.exactOptional(list(pool, limits.pools + 1)),
  package: v.exactOptional(packageEntry),
  reactors: list(reactor, limits.reactors),
}) satisfies v.GenericSchema<unknown, Ir>;
