/** Lowers groups: how the servers of a reactor with several instances spread their connections. */
import type { CheckedFd, CheckedReactor } from '../schemas/config.ts';
import type { IrFd, IrReactor, IrStreamFd } from '../schemas/ir.ts';
import { isStream } from './fd_kinds.ts';

type Spread = NonNullable<IrStreamFd['spread']>;

type Elastic = Exclude<CheckedReactor['count'], number>;

/** The most instances that a reactor has at once. */
export function instanceCount({ count }: CheckedReactor): number {
  return typeof count === 'number' ? count : count.maximum;
}

/** How a reactor's instances come and go; undefined when all of them always run. */
export function elasticOf({ count }: CheckedReactor): Elastic | undefined {
  return typeof count === 'number' || count.minimum === count.maximum ? undefined : count;
}

/** What a server of a group says, or what is best for its kind; undefined for other fds. */
export function spreadOf(fd: CheckedFd, reactor: CheckedReactor): Spread | undefined {
  const tcp = elasticOf(reactor) === undefined ? 'reuseport' : 'least-inflight';
  if (fd.kind === 'tcpServer') return fd.spread ?? tcp;
  return fd.kind === 'unixServer' ? (fd.spread ?? 'round-robin') : undefined;
}

/** Adds to a lowered server how it spreads over the instances of its reactor. */
export function lowerSpread(fd: CheckedFd, lowered: IrFd, reactor: CheckedReactor): IrFd {
  const spread = spreadOf(fd, reactor);
  if (instanceCount(reactor) === 1 || spread === undefined || !isStream(lowered)) return lowered;
  const { options, slots } = lowered;
  const elastic = elasticOf(reactor);
  return {
    ...lowered,
    spread,
    ...(elastic && { growAt: Math.max(1, Math.floor((slots * elastic.growPercent) / 100)) }),
    options: spread === 'reuseport' ? shared(options) : options,
  };
}

/** What the representation says of a reactor's instances; nothing for one instance. */
export function lowerCount(reactor: CheckedReactor): Pick<IrReactor, 'count' | 'elastic'> {
  const count = instanceCount(reactor);
  const elastic = elasticOf(reactor);
  if (count === 1) return {};
  if (elastic === undefined) return { count };
  const { minimum, growPercent, linger } = elastic;
  return { count, elastic: { minimum, growPercent, lingerNanoseconds: linger } };
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
