/** Lowers datagram fds: slots of their sockets, operation numbers, buffers, options. */
import type { CheckedDatagram } from '../schemas/config.ts';
import type { IrDatagramFd, IrDatagramOptions } from '../schemas/ir.ts';
import { isAbstract } from './address.ts';
import { pascalCase } from './case.ts';
import type { FdCursor } from './lower_fds.ts';

const nanosecondsPerMicrosecond = 1e3;

const operations = ['receive', 'send', 'close', 'cancel', 'deadline'] as const;

/** What a datagram fd adds to the numbers of its reactor's `Operation` enumeration. */
export const operationsPerDatagram = operations.length;

/** Bytes before the payload in a receive buffer, at most: header, a unix name, control messages. */
const layoutBytes = 16 + 112 + 96;
/** Bytes of a queued datagram besides its payload: its peer, and what the kernel is told of it. */
const queuedBytes = 120;

/** Bytes of one receive buffer in a program's memory, at most. */
export function receiveBufferBytes(fd: IrDatagramFd): number {
  return layoutBytes + fd.receive.bytes;
}

/** Bytes of one datagram in a send queue. */
export function sendSlotBytes(fd: IrDatagramFd): number {
  return queuedBytes + fd.send.bytes;
}

/** What is bound where the config says nothing: what `connect` needs is the kernel's to choose. */
function ownAddress(fd: CheckedDatagram): string {
  if (fd.kind === 'unixDatagram') return fd.address;
  return fd.bind ?? (fd.connect === undefined ? '0.0.0.0:0' : '');
}

function lowerOptions(fd: CheckedDatagram): IrDatagramOptions {
  const udp = fd.kind === 'udp' ? fd : undefined;
  return {
    reuseAddress: Number(udp?.reuseAddress ?? false),
    reusePort: Number(udp?.reusePort ?? false),
    broadcast: Number(udp?.broadcast ?? false),
    ipv6Only: Number(udp?.ipv6Only ?? false),
    receiveBufferBytes: fd.receiveBuffer ?? 0,
    sendBufferBytes: fd.sendBuffer ?? 0,
    busyPollMicroseconds: (udp?.busyPoll ?? 0) / nanosecondsPerMicrosecond,
    typeOfService: udp?.typeOfService ?? 0,
    mode: fd.kind === 'unixDatagram' && !isAbstract(fd.address) ? fd.mode : 0,
    multicastLoop: Number(udp?.multicast.loopback ?? true),
    multicastHops: udp?.multicast.hops ?? 1,
    multicastInterface: udp?.multicast.interface ?? '',
    device: udp?.device ?? '',
  };
}

/** Lowers one datagram fd and moves the cursor of its reactor past it. */
export function lowerDatagram(
  name: string,
  index: number,
  fd: CheckedDatagram,
  at: FdCursor,
): IrDatagramFd {
  const udp = fd.kind === 'udp' ? fd : undefined;
  const lowered: IrDatagramFd = {
    name,
    typeName: pascalCase(name),
    kind: fd.kind,
    index,
    address: ownAddress(fd),
    peer: fd.connect ?? '',
    handler: fd.handler ?? null,
    groups: (udp?.groups ?? []).map((group) => ({
      address: group.address,
      interface: group.interface ?? '',
      source: group.source ?? '',
    })),
    firstSlot: at.slot,
    sockets: udp?.sockets ?? 1,
    operations: Object.fromEntries(
      operations.map((operation, offset) => [operation, at.operation + offset]),
    ),
    receive: {
      group: at.group,
      bytes: fd.receive.bytes,
      count: fd.receive.count,
      ...(fd.receive.strategy === 'direct' && { strategy: fd.receive.strategy }),
    },
    send: { bytes: fd.send.bytes, count: fd.send.count },
    ...(fd.jsSends && { jsSends: 1 as const }),
    batch: fd.batch,
    timestamps: Number(fd.timestamps === 'software'),
    drops: Number(udp?.drops ?? false),
    destination: Number(udp?.destination ?? false),
    options: lowerOptions(fd),
  };
  at.slot += lowered.sockets;
  at.operation += operationsPerDatagram;
  at.group += 1;
  return lowered;
}
