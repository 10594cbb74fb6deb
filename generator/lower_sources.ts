/** Lowers fds that tell of events: eventfds and signals. */
import type { CheckedFd } from '../schemas/config.ts';
import type { IrEventFd, IrSignalFd } from '../schemas/ir.ts';
import { signalNumbers } from '../schemas/signals.ts';
import { pascalCase } from './case.ts';

/** The numbers of a source's two operations: its read, and what cancels that. */
export const operationsPerSource = 2;

type Config<Kind extends CheckedFd['kind']> = Extract<CheckedFd, { kind: Kind }>;

const operations = (first: number) => ({ read: first, cancel: first + 1 });

/** Lowers an eventfd whose operations begin at `first`. */
export function lowerEventFd(
  name: string,
  index: number,
  fd: Config<'eventfd'>,
  first: number,
): IrEventFd {
  return {
    name,
    typeName: pascalCase(name),
    kind: 'eventfd',
    index,
    handler: fd.handler ?? null,
    operations: operations(first),
    semaphore: Number(fd.semaphore),
    initial: fd.initial,
    adopt: fd.adopt ?? -1,
  };
}

/** Lowers a signalfd whose operations begin at `first`. */
export function lowerSignalFd(
  name: string,
  index: number,
  fd: Config<'signal'>,
  first: number,
): IrSignalFd {
  return {
    name,
    typeName: pascalCase(name),
    kind: 'signal',
    index,
    handler: fd.handler ?? null,
    operations: operations(first),
    signals: fd.signals.map((each) => signalNumbers[each] ?? 0).sort((a, b) => a - b),
  };
}
