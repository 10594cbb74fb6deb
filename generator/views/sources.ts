/** What views say of the fds that tell of events: eventfds and signals. */
import type { IrEventFd, IrReactor } from '../../schemas/ir.ts';
import { isSource } from '../fd_kinds.ts';
import type { Service } from './handlers.ts';
import { signalMask } from './fds.ts';
import { identifier, listed } from './text.ts';

/** One source as a member of its reactor. */
export interface SourceView {
  name: string;
  typeName: string;
  /** `EventFamily` or `SignalFamily`. */
  family: string;
  /** The member that receives its events: `handlers_.alarm`. */
  handler: string;
}

/** The eventfds of a reactor. */
export function eventFds(reactor: IrReactor): IrEventFd[] {
  return reactor.fds.filter((fd): fd is IrEventFd => fd.kind === 'eventfd');
}

/** The eventfds that a handler can add to: those of every reactor it runs on. */
export function eventsOf(service: Service): IrEventFd[] {
  return [...new Set(service.fds.map(({ reactor }) => reactor))].flatMap(eventFds);
}

/** The sources of a reactor; `members` are its handlers' names as members. */
export function sourceViews(
  reactor: IrReactor,
  members: ReadonlyMap<string, string>,
): SourceView[] {
  return reactor.fds.filter(isSource).map((fd) => ({
    name: identifier(fd.name),
    typeName: identifier(fd.typeName),
    family: fd.kind === 'eventfd' ? 'EventFamily' : 'SignalFamily',
    handler: `handlers_.${members.get(fd.handler ?? '') ?? ''}`,
  }));
}

/** The hooks that a handler of sources must have, each with the sentence for its lack. */
export function sourceHooks(service: Service): { concept: string; sentence: string }[] {
  const { name } = service;
  const sources = service.fds.flatMap(({ fd }) => (isSource(fd) ? [fd] : []));
  if (sources.length === 0) return [];
  const named = (kind: string) =>
    sources.filter((fd) => fd.kind === kind).map((fd) => `fds.${fd.name}`);
  const hooks: { concept: string; sentence: string }[] = [];
  const events = named('eventfd');
  const signals = named('signal');
  if (events.length > 0) {
    const hook = 'void on_event(loom::EventCount count)';
    const sentence = `${name} needs \`${hook}\` for ${listed(events)}.`;
    hooks.push({ concept: 'HasOnEvent', sentence });
  }
  if (signals.length > 0) {
    const hook = 'void on_signal(const loom::SignalInfo& info)';
    hooks.push({
      concept: 'HasOnSignal',
      sentence: `${name} needs \`${hook}\` for ${listed(signals)}.`,
    });
  }
  const sentence = `${name}::on_error must be \`void on_error(loom::Error error)\`.`;
  return [...hooks, { concept: 'HasOnSourceError', sentence }];
}

/** What all signalfds of a reactor read, as a mask. */
export function reactorSignals(reactor: IrReactor): number {
  return signalMask(reactor.fds.flatMap((fd) => (fd.kind === 'signal' ? fd.signals : [])));
}
