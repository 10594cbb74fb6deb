/** The names of what a reactor does, for the watchdog's lines in the log. */
import { isDatagram, isSource, isTimer } from '../fd_kinds.ts';
import type { IrFd, IrReactor } from '../../schemas/ir.ts';
import { argumentLines } from './cxx_layout.ts';
import { cxxString, identifier, integer } from './text.ts';

/** The rows of one watched reactor. */
export interface ActivitiesView {
  /** The name of the array. */
  name: string;
  rows: string[];
}

/** Whether a reactor declares a budget. */
export function isWatched(reactor: IrReactor): boolean {
  return reactor.stallNanoseconds !== undefined;
}

/** One row: its first operation, how many, the fd or pool, its handler, and the hooks. */
function row(first: number, count: number, name: string, handler: string, hooks: string): string[] {
  const parts = [integer(first), integer(count), cxxString(name), cxxString(handler), hooks];
  return argumentLines('    {', parts, '},');
}

/** The hooks of an fd's operations, as `ActivityRow` of the runtime has them. */
function hooksOf(fd: IrFd): string {
  if (isTimer(fd)) return cxxString('on_tick');
  if (isDatagram(fd)) return 'loom::datagram_hooks';
  if (isSource(fd)) return cxxString(fd.kind === 'signal' ? 'on_signal' : 'on_event');
  return 'loom::stream_hooks';
}

function fdRow(fd: IrFd): string[] {
  const numbers = Object.values(fd.operations);
  if (numbers.length === 0) return [];
  const first = Math.min(...numbers);
  const handler = fd.handler === null ? '' : identifier(fd.handler);
  return row(first, Math.max(...numbers) - first + 1, `fds.${fd.name}`, handler, hooksOf(fd));
}

/** Describes the activities of a reactor that declares a budget; nothing for others. */
export function activitiesViews(reactors: readonly IrReactor[]): ActivitiesView[] {
  return reactors.filter(isWatched).map((reactor) => ({
    name: activitiesName(reactor),
    rows: [
      ...reactor.fds.flatMap(fdRow),
      ...(reactor.offloads ?? []).flatMap(({ pool, operation }) =>
        row(operation, 1, `pools.${pool}`, 'what follows a job', cxxString('')),
      ),
    ],
  }));
}

function activitiesName({ name }: IrReactor): string {
  return `activities_${identifier(name)}`;
}

/** What the entry of a watched reactor says of its budget and its names. */
export function activityFields(reactor: IrReactor): Record<string, string> {
  const rows = activitiesName(reactor);
  return {
    stall_nanoseconds: `shapes::${identifier(reactor.typeName)}::stall_nanoseconds`,
    activities: `{${cxxString(reactor.name)}, ${rows}, std::size(${rows})}`,
  };
}
