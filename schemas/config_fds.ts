/**
 * The part of the config that describes file descriptors: stream clients and servers, timers,
 * framings and socket options. `config.ts` holds the rest and says how this is used.
 */
import * as v from 'valibot';
import { udpSchema, unixDatagramSchema } from './config_datagrams.ts';
import { fileSchema } from './config_files.ts';
import { eventfdSchema, signalSchema } from './config_sources.ts';
import { timerSchema } from './config_timers.ts';
import { choice, duration, flag, integer, oneOf, reactorName, size, text } from './leaf.ts';
import { limits } from './limits.ts';

/** Cut at nothing: the handler gets bytes as they come. */
const rawFraming = v.strictObject({ kind: v.literal('raw') });

const lineFraming = v.strictObject({
  kind: v.literal('line'),
  /** Longest line in bytes, without its end; 16 to 256M. A longer one closes its connection.
   * @default '64K' */
  maximum: v.optional(size(16, '256M'), '64K'),
});

const lengthPrefixedFraming = v.strictObject({
  kind: v.literal('lengthPrefixed'),
  /** Width and byte order of the unsigned length; it counts the payload only. */
  width: choice(['u8', 'u16le', 'u16be', 'u32le', 'u32be', 'u64le', 'u64be']),
  /** Longest payload in bytes; 1 to 256M, and at most what the width can say.
   * By default 64K, or less where the width says less. */
  maximum: v.optional(size(1, '256M')),
});

/** How bytes are cut into messages. */
export const framingSchema = v.variant('kind', [rawFraming, lineFraming, lengthPrefixedFraming]);

const receiveSchema = v.strictObject({
  /** Bytes of one buffer; 1K to 16M. By default 64K, 32K or 16K by the number of connections. */
  bytes: v.optional(size('1K', '16M')),
  /** Buffers in the pool, a power of two; 1 to 32768. By default 8, 16 or 64 by the number of
   * connections. */
  count: v.optional(integer('buffers', 1, 32768, 'power of two')),
  /** How bytes are read. `multishot`: one receive stays armed (io_uring). `bundle`: the same, and
   * a completion may fill several small buffers (Linux 6.10; else as `multishot`). `oneshot`: each
   * completion is followed by a receive of its own. `direct`: every turn tries recv(2) first, which
   * gives one hot connection the shortest round trip, and many that always have something the
   * highest rate; one that has nothing costs a call a turn; at most 4096 of a reactor.
   * epoll treats `multishot`, `bundle` and `oneshot` alike.
   * @default 'multishot' */
  strategy: v.optional(choice(['multishot', 'bundle', 'oneshot', 'direct']), 'multishot'),
});

const keepAliveSchema = v.strictObject({
  /** Silence before the first probe, whole seconds; 1s to 9h (TCP_KEEPIDLE).
   * @default '60s' */
  idle: v.optional(duration('1s', '9h'), '60s'),
  /** Time between probes, whole seconds; 1s to 9h (TCP_KEEPINTVL).
   * @default '10s' */
  interval: v.optional(duration('1s', '9h'), '10s'),
  /** Probes without an answer before the connection is lost; 1 to 127 (TCP_KEEPCNT).
   * @default 5 */
  count: v.optional(integer('probes', 1, 127), 5),
});

const reconnectSchema = v.strictObject({
  /** First delay; each failure doubles it, with jitter; 1ms to 1h.
   * @default '100ms' */
  initial: v.optional(duration('1ms', '1h'), '100ms'),
  /** Longest delay; 1ms to 1h, not below `initial`.
   * @default '10s' */
  maximum: v.optional(duration('1ms', '1h'), '10s'),
});

const styleSchema = oneOf("'callback' or { fiber: 'a stack class' }", [
  v.literal('callback'),
  v.strictObject({
    /** The stack class that the fibers of this fd run on. */
    fiber: text('the name of a stack class'),
  }),
]);

const streamEntries = {
  /** The reactor that owns this fd: a key of `reactors`. */
  on: reactorName(),
  /** Your C++ struct, declared in `handlers`. Without one, messages are delivered to JavaScript. */
  handler: v.optional(text("the name of a C++ struct, such as 'Book'")),
  /** How the handler is written: hooks that are called, or `{ fiber: 'small' }`: straight-line
   * code in `run(connection)`, for each connection on a stack of that class.
   * @default 'callback' */
  style: v.optional(styleSchema, 'callback'),
  /** JavaScript may send too, behind what the handler writes and in the same queue. A write of the
   * handler finds less room then, and `on_drain` may follow what JavaScript was refused.
   * @default false */
  jsSends: v.optional(flag(), false),
  /** How bytes are cut into messages: `raw()`, `line()`, `lengthPrefixed('u32le')`.
   * @default { kind: 'raw' } */
  framing: v.optional(framingSchema, { kind: 'raw' }),
  /** Bytes of each connection's write queue, a power of two; 4K to 256M. A write that does not
   * fit is refused whole, and `on_drain` says when half of the queue is free again.
   * @default '256K' */
  writeQueue: v.optional(size('4K', '256M', 'power of two'), '256K'),
  /** The pool of receive buffers that all connections of this fd share. */
  receive: v.optional(receiveSchema, {}),
  /** When epoll reports readiness (epoll(7)): `edge` once for what is new, `level` as long as
   * there is something and an operation waits for it. io_uring has no such choice.
   * @default 'edge' */
  trigger: v.optional(choice(['edge', 'level']), 'edge'),
  /** Kernel receive buffer in bytes (SO_RCVBUF); 2K to 1G. By default the kernel's own, which the
   * accepted connections of a `unixServer` always have. */
  receiveBuffer: v.optional(size('2K', '1G')),
  /** Kernel send buffer in bytes (SO_SNDBUF); 4K to 1G. By default the kernel's own, which the
   * accepted connections of a `unixServer` always have. */
  sendBuffer: v.optional(size('4K', '1G')),
  /** Busy polling of the device queue (SO_BUSY_POLL), whole microseconds; 1us to 1s. By default
   * off. */
  busyPoll: v.optional(duration('1us', '1s')),
};

const tcpEntries = {
  /** Send small writes at once (TCP_NODELAY).
   * @default true */
  noDelay: v.optional(flag(), true),
  /** Acknowledge at once where the socket can still be reached (TCP_QUICKACK).
   * @default false */
  quickAcknowledge: v.optional(flag(), false),
  /** Probe silent connections (SO_KEEPALIVE); `false` leaves them alone.
   * @default false */
  keepAlive: v.optional(
    oneOf("false or { idle: '60s', interval: '10s', count: 5 }", [
      v.literal(false),
      keepAliveSchema,
    ]),
    false,
  ),
  /** Time that sent data may stay unacknowledged (TCP_USER_TIMEOUT), whole milliseconds; 1ms to
   * 1h. By default the kernel's own. */
  userTimeout: v.optional(duration('1ms', '1h')),
};

const clientEntries = {
  /** Connections opened at start, each kept open by itself; 1 to 1048576.
   * @default 1 */
  connections: v.optional(integer('connections', 1, limits.slots), 1),
  /** Time limit of one attempt to connect; 1ms to 1h.
   * @default '5s' */
  connectTimeout: v.optional(duration('1ms', '1h'), '5s'),
  /** Delay before connecting again, doubled with jitter; `false`: a lost connection stays lost.
   * @default { initial: '100ms', maximum: '10s' } */
  reconnect: v.optional(
    oneOf("false or { initial: '100ms', maximum: '10s' }", [v.literal(false), reconnectSchema]),
    { initial: '100ms', maximum: '10s' },
  ),
};

const serverEntries = {
  /** Connections at once; 1 to 1048576.
   * @default 64 */
  connections: v.optional(integer('connections', 1, limits.slots), 64),
  /** A connection past the last slot: `refuse` closes it at once and counts it, `wait` leaves it
   * in the kernel's backlog.
   * @default 'refuse' */
  full: v.optional(choice(['refuse', 'wait']), 'refuse'),
  /** Connections the kernel keeps for accept (listen(2)); 1 to 65535, capped by somaxconn.
   * @default 1024 */
  backlog: v.optional(integer('connections', 1, 65535), 1024),
  /** How connections reach the instances of a reactor with a `count`. `reuseport`: each instance
   * listens (SO_REUSEPORT), the kernel spreads by the address of the peer, and one instance may be
   * full before another. `round-robin` and `least-inflight`: instance 0 accepts and deals out, in
   * turn or to the one with the fewest connections; only when all are full is one refused.
   * By default `reuseport`, for a `unixServer` `round-robin`. */
  spread: v.optional(choice(['reuseport', 'round-robin', 'least-inflight'])),
};

const unixEntries = {
  /** What the socket carries: `stream` is bytes, `seqpacket` is packets, unix(7). Each write is
   * then one packet, each message one, and there is no other framing. A packet longer than
   * `receive.bytes` closes its connection with `frame_too_large`; one without bytes is not sent,
   * because a receive of none is the peer's end.
   * @default 'stream' */
  type: v.optional(choice(['stream', 'seqpacket']), 'stream'),
  /** Open descriptors that may come and go with bytes (SCM_RIGHTS, unix(7)), and how many of one
   * connection may wait each way; 1 to 253. They come by `on_descriptor` and go by
   * `connection.send_descriptor(fd, bytes)`. More at once than this end the connection with
   * `descriptors_lost`. By default none pass. */
  descriptors: v.optional(integer('descriptors', 1, 253)),
};

const address = () => text("an address, such as '127.0.0.1:9000' or '[::1]:9000'");
const path = () => text("a path, such as '/run/feed.sock', or an abstract name, such as '@feed'");

/** A TCP client. */
export const tcpSchema = v.strictObject({
  kind: v.literal('tcp'),
  /** `host:port`, `[IPv6]:port`, or `fd:3`: a connected socket that is open at start, by its
   * number. It is one connection, and stays lost once it ended. */
  address: address(),
  ...streamEntries,
  ...clientEntries,
  ...tcpEntries,
});

/** A TCP listener and its connections. */
export const tcpServerSchema = v.strictObject({
  kind: v.literal('tcpServer'),
  /** `host:port` or `[IPv6]:port` to listen on; port 0 lets the kernel choose. Or `fd:3`: a
   * listening socket that is open at start, as systemd passes it (LISTEN_FDS, from 3 on); its
   * options are those of whoever opened it, and it is made non-blocking for all who have it. */
  address: address(),
  ...streamEntries,
  ...serverEntries,
  ...tcpEntries,
  /** Bind although old connections of the port linger (SO_REUSEADDR).
   * @default true */
  reuseAddress: v.optional(flag(), true),
  /** Share the port with other listeners that say so too (SO_REUSEPORT).
   * @default false */
  reusePort: v.optional(flag(), false),
  /** An IPv6 listener refuses IPv4 (IPV6_V6ONLY).
   * @default false */
  ipv6Only: v.optional(flag(), false),
});

/** A client of a unix socket. */
export const unixSchema = v.strictObject({
  kind: v.literal('unix'),
  /** Path of the socket, at most 107 bytes, relative to the program's working directory; `@` and
   * an abstract name of at most 107 bytes, unix(7); or `fd:3`, a connected socket that is open at
   * start, by its number: one connection, which stays lost once it ended. */
  address: path(),
  ...streamEntries,
  ...clientEntries,
  ...unixEntries,
});

/** A listening unix socket and its connections. */
export const unixServerSchema = v.strictObject({
  kind: v.literal('unixServer'),
  /** Path of the socket, at most 107 bytes, relative to the program's working directory; or `@`
   * and an abstract name of at most 107 bytes, unix(7): no file, and gone with its last socket. Or
   * `fd:3`: a listening socket that is open at start, as systemd passes it (LISTEN_FDS). */
  address: path(),
  ...streamEntries,
  ...serverEntries,
  ...unixEntries,
  /** Permission bits of the path; 0 to 0o777. An abstract name has none.
   * @default 384 (0o600) */
  mode: v.optional(integer('permission bits', 0, 0o777), 0o600),
});

/** A stream of bytes that is no socket: standard streams, FIFOs, terminals, files. */
export const pipeSchema = v.strictObject({
  kind: v.literal('pipe'),
  /** The reactor that owns this fd: a key of `reactors`. */
  on: reactorName(),
  /** Your C++ struct, declared in `handlers`. Without one, messages are delivered to JavaScript. */
  handler: v.optional(text("the name of a C++ struct, such as 'Filter'")),
  /** Where bytes come from: 'stdin', a path (a FIFO does not end when a writer leaves), or `fd:3`,
   * open at start. By default nowhere. */
  read: v.optional(text("'stdin', a path or 'fd:3'")),
  /** Where bytes go: 'stdout', 'stderr', a path that exists, or `fd:3`. By default nowhere. A
   * standalone program whose bytes go to 'stdout' says on stderr what it else prints there. */
  write: v.optional(text("'stdout', 'stderr', a path or 'fd:3'")),
  framing: streamEntries.framing,
  writeQueue: streamEntries.writeQueue,
  /** The receive buffers. */
  receive: v.optional(
    v.strictObject({
      /** Bytes of one buffer; 1K to 16M.
       * @default '64K' */
      bytes: v.optional(size('1K', '16M')),
      /** Buffers in the pool, a power of two; 1 to 32768.
       * @default 8 */
      count: v.optional(integer('buffers', 1, 32768, 'power of two')),
    }),
    {},
  ),
  /** Delay before an end that ended, or a FIFO without a reader, is opened again; `false`: never.
   * @default false */
  reconnect: v.optional(
    oneOf("false or { initial: '100ms', maximum: '10s' }", [v.literal(false), reconnectSchema]),
    false,
  ),
});

/** Any declared fd. */
export const fdSchema = v.variant('kind', [
  tcpSchema,
  tcpServerSchema,
  unixSchema,
  unixServerSchema,
  pipeSchema,
  timerSchema,
  udpSchema,
  unixDatagramSchema,
  eventfdSchema,
  signalSchema,
  fileSchema,
]);
