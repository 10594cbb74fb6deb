/** The part of the representation about fds that tell of events and carry no stream. */

/** What fds that tell of events have in common. */
interface IrSource {
  name: string;
  typeName: string;
  index: number;
  /** The user's C++ struct; never null in a checked config. */
  handler: string | null;
  /** Operation numbers in the reactor's `Operation` enumeration. */
  operations: Record<string, number>;
}

/** A counter that others add to, eventfd(2). */
export interface IrEventFd extends IrSource {
  kind: 'eventfd';
  /** EFD_SEMAPHORE, 0 or 1. */
  semaphore: number;
  initial: number;
  /** The number of one that is open at start; -1 makes one. */
  adopt: number;
}

/** Signals that are sent to the process, signalfd(2). */
export interface IrSignalFd extends IrSource {
  kind: 'signal';
  /** Linux's numbers of the signals, ascending. */
  signals: number[];
}

/** An fd that tells of events and carries no stream. */
export type IrSourceFd = IrEventFd | IrSignalFd;
