/** What sort of thing an fd is, asked in one place: streams, datagrams, timers. */
import type { CheckedDatagram, CheckedFd, CheckedStream } from '../schemas/config.ts';
import type { IrDatagramFd, IrFd, IrStreamFd, IrTimerFd } from '../schemas/ir.ts';

const streamKinds: readonly string[] = ['tcp', 'tcpServer', 'unix', 'unixServer'];
const datagramKinds: readonly string[] = ['udp', 'unixDatagram'];

/** Whether an fd has connections. */
export function isStream(fd: IrFd): fd is IrStreamFd {
  return streamKinds.includes(fd.kind);
}

/** Whether an fd has datagram sockets. */
export function isDatagram(fd: IrFd): fd is IrDatagramFd {
  return datagramKinds.includes(fd.kind);
}

/** Whether an fd is a timer. */
export function isTimer(fd: IrFd): fd is IrTimerFd {
  return fd.kind === 'timer';
}

/** Whether an fd of the config has connections. */
export function isCheckedStream(fd: CheckedFd): fd is CheckedStream {
  return streamKinds.includes(fd.kind);
}

/** Whether an fd of the config has datagram sockets. */
export function isCheckedDatagram(fd: CheckedFd): fd is CheckedDatagram {
  return datagramKinds.includes(fd.kind);
}
