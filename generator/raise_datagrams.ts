/** The inverse of `lower_datagrams.ts`: the config of a datagram fd that an IR describes. */
import type { IrDatagramFd } from '../schemas/ir.ts';
import { isAbstract } from './address.ts';

/** The config that lowers to this fd; values that are undefined are left out by the caller. */
export function raiseDatagram(fd: IrDatagramFd, on: string): Record<string, unknown> {
  const { options } = fd;
  const common = {
    kind: fd.kind,
    on,
    handler: fd.handler ?? undefined,
    connect: fd.peer || undefined,
    timestamps: fd.timestamps === 1 ? 'software' : 'none',
    receive: {
      bytes: fd.receive.bytes,
      count: fd.receive.count,
      ...(fd.receive.strategy !== undefined && { strategy: fd.receive.strategy }),
    },
    send: { bytes: fd.send.bytes, count: fd.send.count },
    jsSends: fd.jsSends === 1,
    batch: fd.batch,
    receiveBuffer: options.receiveBufferBytes || undefined,
    sendBuffer: options.sendBufferBytes || undefined,
  };
  if (fd.kind === 'unixDatagram') {
    const mode = isAbstract(fd.address) ? undefined : options.mode;
    return { ...common, address: fd.address, mode };
  }
  return {
    ...common,
    bind: fd.address || undefined,
    groups: fd.groups.map((group) => ({
      address: group.address,
      ...(group.interface !== '' && { interface: group.interface }),
      ...(group.source !== '' && { source: group.source }),
    })),
    multicast: {
      ...(options.multicastInterface !== '' && { interface: options.multicastInterface }),
      hops: options.multicastHops,
      loopback: options.multicastLoop === 1,
    },
    drops: fd.drops === 1,
    destination: fd.destination === 1,
    sockets: fd.sockets,
    reuseAddress: options.reuseAddress === 1,
    reusePort: options.reusePort === 1,
    broadcast: options.broadcast === 1,
    ipv6Only: options.ipv6Only === 1,
    typeOfService: options.typeOfService,
    device: options.device || undefined,
    busyPoll: options.busyPollMicroseconds ? `${options.busyPollMicroseconds}us` : undefined,
  };
}
