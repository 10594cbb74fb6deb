/** The part of the intermediate representation that describes datagram fds. */

/** Options of datagram sockets; 0 and '' leave the kernel's default unless said otherwise. */
export interface IrDatagramOptions {
  /** SO_REUSEADDR, 0 or 1. */
  reuseAddress: number;
  /** SO_REUSEPORT, 0 or 1. */
  reusePort: number;
  /** SO_BROADCAST, 0 or 1. */
  broadcast: number;
  /** IPV6_V6ONLY, 0 or 1. */
  ipv6Only: number;
  /** SO_RCVBUF in bytes. */
  receiveBufferBytes: number;
  /** SO_SNDBUF in bytes. */
  sendBufferBytes: number;
  /** SO_BUSY_POLL in microseconds. */
  busyPollMicroseconds: number;
  /** IP_TOS or IPV6_TCLASS. */
  typeOfService: number;
  /** Permission bits of a unix path. */
  mode: number;
  /** IP_MULTICAST_LOOP, 0 or 1; 1 is the kernel's default. */
  multicastLoop: number;
  /** IP_MULTICAST_TTL; 1 is the kernel's default. */
  multicastHops: number;
  /** IP_MULTICAST_IF: a name or an address. */
  multicastInterface: string;
  /** SO_BINDTODEVICE. */
  device: string;
}

/** One multicast group; interface and source are '' for any. */
export interface IrGroup {
  address: string;
  interface: string;
  source: string;
}

/** One datagram fd: a socket, or several behind one port. */
export interface IrDatagramFd {
  name: string;
  /** The struct in `fds.hpp`: the name in PascalCase. */
  typeName: string;
  kind: 'udp' | 'unixDatagram';
  /** Program-wide number of this fd, dense from 0, in name order. */
  index: number;
  /** The address to bind; '' is the kernel's choice. */
  address: string;
  /** The address to connect to; '' is none. */
  peer: string;
  /** The user's C++ struct; never null in a checked config. */
  handler: string | null;
  groups: IrGroup[];
  /** First slot in the reactor's slot space, and how many sockets follow. */
  firstSlot: number;
  sockets: number;
  /** Operation numbers in the reactor's `Operation` enumeration. */
  operations: Record<string, number>;
  /** Receive buffers: `count` (2^n) datagrams of at most `bytes`. Without a strategy: multishot. */
  receive: { group: number; bytes: number; count: number; strategy?: 'direct' };
  /** Each socket's queue: `count` (2^n) datagrams of at most `bytes`. */
  send: { bytes: number; count: number };
  /** JavaScript sends behind what the handler sends, 1; absent: it does not. */
  jsSends?: 1;
  /** Datagrams in one system call. */
  batch: number;
  /** SO_TIMESTAMPNS, 0 or 1. */
  timestamps: number;
  /** SO_RXQ_OVFL, 0 or 1. */
  drops: number;
  /** IP_PKTINFO, 0 or 1. */
  destination: number;
  options: IrDatagramOptions;
}
