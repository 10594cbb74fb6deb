/** Lowers groups: how the servers of a reactor with several instances spread their connections. */
import type { CheckedFd } from '../schemas/config.ts';
import type { IrFd, IrReactor, IrStreamFd } from '../schemas/ir.ts';
import { isStream } from './fd_kinds.ts';

type Spread = NonNullable<IrStreamFd['spread']>;

/** What a server of a group says, or what is best for its kind; undefined for other fds. */
export function spreadOf(fd: CheckedFd): Spread | undefined {
  if (fd.kind === 'tcpServer') return fd.spread ?? 'reuseport';
  return fd.kind === 'unixServer' ? (fd.spread ?? 'round-robin') : undefined;
}

/** Adds to a lowered server how it spreads over `count` instances. */
export function lowerSpread(fd: CheckedFd, lowered: IrFd, count: number): IrFd {
  const spread = spreadOf(fd);
  if (count === 1 || spread === undefined || !isStream(lowered)) return lowered;
  const { options } = lowered;
  return { ...lowered, spread, options: spread === 'reuseport' ? shared(options) : options };
}

function shared(options: IrStreamFd['options']): IrStreamFd['options'] {
  return { ...options, reusePort: 1 };
}

/** Whether instance 0 accepts for all instances and hands connections over. */
export function handsOver(fd: IrStreamFd): boolean {
  return fd.spread === 'round-robin' || fd.spread === 'least-inflight';
}

/** One instance of a reactor. */
export interface Instance {
  /** The reactor's name, in a group followed by a dot and the number: `serve.2`. */
  name: string;
  /** Its number, from 0. */
  number: number;
  /** Its own core; undefined: that of the reactor. */
  core: number | undefined;
}

/** The instances of a reactor, one for most. */
export function instancesOf(reactor: IrReactor): Instance[] {
  const { name, count, cores } = reactor;
  if (count === undefined) return [{ name, number: 0, core: undefined }];
  return Array.from({ length: count }, (_, number) => ({
    name: `${name}.${number}`,
    number,
    core: cores?.[number],
  }));
}
