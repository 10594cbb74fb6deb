/**
 * The part of the config that describes datagram fds: UDP sockets with their multicast groups, and
 * unix datagram sockets.
 */
import * as v from 'valibot';
import { choice, duration, flag, integer, size, text } from './leaf.ts';

/** The longest payload that fits a receive buffer or a send slot. */
const longestDatagram = '64K';

const groupSchema = v.strictObject({
  /** The group, in numbers: 224.0.0.0/4 or ff00::/8. */
  address: text("the address of a multicast group, such as '239.1.2.3'"),
  /** Where to join: the name of an interface, or an address that it has. By default the kernel's
   * choice by its routes. */
  interface: v.optional(text("an interface, such as 'eth0' or '192.168.1.2'")),
  /** Take only what this sender sends (source-specific multicast, RFC 4607). By default all. */
  source: v.optional(text("the address of a sender, such as '192.168.1.9'")),
});

const multicastSchema = v.strictObject({
  /** What is sent to groups leaves here: the name of an interface, or an address that it has. By
   * default the kernel's choice. */
  interface: v.optional(text("an interface, such as 'eth0' or '192.168.1.2'")),
  /** Hops that what is sent to groups may take: routers that it passes, plus 1; 0 to 255
   * (IP_MULTICAST_TTL).
   * @default 1 */
  hops: v.optional(integer('hops', 0, 255), 1),
  /** This machine receives what it sends to groups (IP_MULTICAST_LOOP).
   * @default true */
  loopback: v.optional(flag(), true),
});

const datagramReceiveSchema = v.strictObject({
  /** Bytes of one buffer, the longest datagram that is not truncated; 1 to 64K.
   * @default '2K' */
  bytes: v.optional(size(1, longestDatagram), '2K'),
  /** Buffers of the fd, which all its sockets share, a power of two; 1 to 32768.
   * @default 64 */
  count: v.optional(integer('buffers', 1, 32768, 'power of two'), 64),
  /** How datagrams are received. `multishot`: one receive stays armed (io_uring), or recvmmsg(2)
   * follows readiness (epoll). `direct`: every turn tries recvmmsg(2) first, which is the shortest
   * way where the reactor spins; each socket counts among the connections of a reactor that are
   * received directly.
   * @default 'multishot' */
  strategy: v.optional(choice(['multishot', 'direct']), 'multishot'),
});

const datagramSendSchema = v.strictObject({
  /** The longest datagram that can be sent, in bytes; 1 to 64K.
   * @default '2K' */
  bytes: v.optional(size(1, longestDatagram), '2K'),
  /** Datagrams that wait, of each socket, a power of two; 1 to 32768.
   * @default 64 */
  count: v.optional(integer('datagrams', 1, 32768, 'power of two'), 64),
});

const datagramEntries = {
  /** The reactor that owns this fd: a key of `reactors`. */
  on: text("the name of a reactor, such as 'main'"),
  /** Your C++ struct with `on_datagram`, declared in `handlers`. */
  handler: v.optional(text("the name of a C++ struct, such as 'Itch'")),
  /** JavaScript may send too, behind what the handler sends and in the same queue. A send of the
   * handler finds less room then, and `on_drain` may follow what JavaScript was refused.
   * @default false */
  jsSends: v.optional(flag(), false),
  /** Receive times: `software` is when the kernel took the datagram (SO_TIMESTAMPNS, socket(7)).
   * @default 'none' */
  timestamps: v.optional(choice(['none', 'software']), 'none'),
  /** Buffers for received datagrams, one each, and how they are filled. */
  receive: v.optional(datagramReceiveSchema, {}),
  /** Datagrams that wait to be sent. One that finds no room is refused whole, and `on_drain` says
   * when half of it is free. */
  send: v.optional(datagramSendSchema, {}),
  /** Datagrams in one system call, at most; 1 to 64.
   * @default 32 */
  batch: v.optional(integer('datagrams', 1, 64), 32),
  /** Kernel receive buffer in bytes (SO_RCVBUF); 2K to 1G. By default the kernel's own. What does
   * not fit it is dropped. */
  receiveBuffer: v.optional(size('2K', '1G')),
  /** Kernel send buffer in bytes (SO_SNDBUF); 4K to 1G. By default the kernel's own. */
  sendBuffer: v.optional(size('4K', '1G')),
};

/** UDP sockets on one address. */
export const udpSchema = v.strictObject({
  kind: v.literal('udp'),
  /** `host:port` or `[IPv6]:port` to receive on; port 0 lets the kernel choose. By default any
   * address and port of the family of `connect`, or of IPv4. */
  bind: v.optional(text("an address, such as '0.0.0.0:26400' or '[::]:26400'")),
  /** The only peer, `host:port` or `[IPv6]:port` (connect(2)): `send` goes there, nobody else is
   * heard, and refusals are reported. By default none. */
  connect: v.optional(text("an address, such as '127.0.0.1:9000'")),
  ...datagramEntries,
  /** Multicast groups to join; at most 64.
   * @default [] */
  groups: v.optional(v.array(groupSchema), []),
  /** How groups are sent to. */
  multicast: v.optional(multicastSchema, {}),
  /** Count what the kernel drops for want of room (SO_RXQ_OVFL): `dropped_before`.
   * @default true */
  drops: v.optional(flag(), true),
  /** Say where each datagram was sent to (IP_PKTINFO): `destination`.
   * @default false */
  destination: v.optional(flag(), false),
  /** Sockets that share the address, over which the kernel spreads peers (SO_REUSEPORT); 1 to 64.
   * @default 1 */
  sockets: v.optional(integer('sockets', 1, 64), 1),
  /** Share the address with other sockets that say so too (SO_REUSEADDR); each of them receives
   * what is sent to a group.
   * @default false */
  reuseAddress: v.optional(flag(), false),
  /** Share the address with other sockets that say so too (SO_REUSEPORT); each peer is heard by
   * one of them.
   * @default false */
  reusePort: v.optional(flag(), false),
  /** May send to broadcast addresses (SO_BROADCAST).
   * @default false */
  broadcast: v.optional(flag(), false),
  /** An IPv6 socket refuses IPv4 (IPV6_V6ONLY).
   * @default false */
  ipv6Only: v.optional(flag(), false),
  /** Bits of the type of service or traffic class of what is sent (IP_TOS, IPV6_TCLASS); 0 to
   * 255.
   * @default 0 */
  typeOfService: v.optional(integer('bits', 0, 255), 0),
  /** Receive from this interface alone, by name (SO_BINDTODEVICE); needs CAP_NET_RAW on some
   * kernels. By default from all. */
  device: v.optional(text("the name of an interface, such as 'eth0'")),
  /** Busy polling of the device queue (SO_BUSY_POLL), whole microseconds; 1us to 1s. By default
   * off. */
  busyPoll: v.optional(duration('1us', '1s')),
});

/** A unix datagram socket. */
export const unixDatagramSchema = v.strictObject({
  kind: v.literal('unixDatagram'),
  /** Path of the socket, at most 107 bytes; or `@` and an abstract name, unix(7); or `@` alone for
   * an abstract name of the kernel's choice. */
  address: text("a path, such as '/run/log.sock', or an abstract name, such as '@log'"),
  /** The only peer: a path or an abstract name (connect(2)). By default none. */
  connect: v.optional(text("a path, such as '/dev/log', or an abstract name, such as '@log'")),
  ...datagramEntries,
  /** Permission bits of the path; 0 to 0o777. An abstract name has none.
   * @default 384 (0o600) */
  mode: v.optional(integer('permission bits', 0, 0o777), 0o600),
});
