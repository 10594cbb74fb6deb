/** What sort of thing an fd is, asked in one place: streams, datagrams, timers, and so on. */
import type { CheckedDatagram, CheckedFd, CheckedStream } from '../schemas/config.ts';
import type {
  IrDatagramFd,
  IrFd,
  IrFileFd,
  IrSourceFd,
  IrStreamFd,
  IrTimerFd,
} from '../schemas/ir.ts';

const streamKinds: readonly string[] = ['tcp', 'tcpServer', 'unix', 'unixServer', 'pipe'];
const datagramKinds: readonly string[] = ['udp', 'unixDatagram'];
const sourceKinds: readonly string[] = ['eventfd', 'signal'];

/** Whether an fd has connections. */
export function isStream(fd: IrFd): fd is IrStreamFd {
  return streamKinds.includes(fd.kind);
}

/** Whether an fd connects to somebody, again and again. */
export function isClient(fd: IrFd): fd is IrStreamFd {
  return fd.kind === 'tcp' || fd.kind === 'unix';
}

/** Whether an fd has datagram sockets. */
export function isDatagram(fd: IrFd): fd is IrDatagramFd {
  return datagramKinds.includes(fd.kind);
}

/** Whether an fd is a file. */
export function isFile(fd: IrFd): fd is IrFileFd {
  return fd.kind === 'file';
}

/** Whether an fd is a timer. */
export function isTimer(fd: IrFd): fd is IrTimerFd {
  return fd.kind === 'timer';
}

/** Whether an fd only tells of events. */
export function isSource(fd: IrFd): fd is IrSourceFd {
  return sourceKinds.includes(fd.kind);
}

/** Whether an fd of the config is a socket with connections. */
export function isCheckedStream(fd: CheckedFd): fd is CheckedStream {
  return streamKinds.includes(fd.kind) && fd.kind !== 'pipe';
}

/** Whether an fd of the config has datagram sockets. */
export function isCheckedDatagram(fd: CheckedFd): fd is CheckedDatagram {
  return datagramKinds.includes(fd.kind);
}
