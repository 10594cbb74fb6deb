/** The view of `src/<reactor>.hpp`: its members, and the one switch that `switch.ts` describes. */
import { snakeCase } from '../case.ts';
import type { Ir, IrFd, IrReactor } from '../../schemas/ir.ts';
import { isDatagram, isFile, isStream, isTimer } from '../fd_kinds.ts';
import { calleesOf, callStatements, type ReactorCallsView, reactorCalls } from './calls.ts';
import { reactorChannels, type ReactorChannelsView } from './channels.ts';
import { fitted } from './cxx_layout.ts';
import { type FileViews, fileViews } from './files.ts';
import { handleStatements, type OffloadView, offloadViews } from './pools.ts';
import { bannerLines, describeReactor, isManual } from './sentences.ts';
import { eventFds, type SourceView, sourceViews } from './sources.ts';
import { shapeConstants } from './shape.ts';
import { commandLines, switchCases } from './switch.ts';
import { type VisitorView, visitors } from './visitors.ts';
import { commentLines, identifier } from './text.ts';

/** One fd as a member of its reactor. */
export interface FamilyView {
  name: string;
  typeName: string;
  /** The member that receives its events: `handlers_.book` or `deliveries_.control`. */
  handler: string;
}

/** The view of `cxx/reactor.hpp`. */
export interface ReactorView extends FileViews, ReactorChannelsView, ReactorCallsView {
  banner: string[];
  includes: string[];
  /** File name of the reactor, without its ending. */
  name: string;
  /** Whether the shape and the switch have files of their own, because one would be too long. */
  isSplit: boolean;
  /** The checks of the user's handlers, which include the user's header. */
  checks: string[];
  namespace: string;
  hasHandlers: boolean;
  hasTimers: boolean;
  hasStreams: boolean;
  hasDatagrams: boolean;
  hasSources: boolean;
  /** What starts the fds, in order; the first error ends it. */
  startsBefore: string[];
  startsLast: string;
  sources: SourceView[];
  /** Eventfds to bind in handlers: `handlers_.book.alarm`. */
  signalOutlets: { member: string; source: string }[];
  comment: string[];
  /** The class's own comment, and its head up to the opening brace. */
  classComment: string[];
  classHead: string[];
  typeName: string;
  constants: string[];
  cases: string[];
  handlers: { member: string; type: string }[];
  deliveries: { member: string; type: string; fd: string }[];
  hasDeliveries: boolean;
  streams: FamilyView[];
  datagrams: FamilyView[];
  /** Whether the reactor has fibers, and its fds of fiber style. */
  hasFibers: boolean;
  hasFiberStreams: boolean;
  fiberStreams: FamilyView[];
  timers: FamilyView[];
  /** Timers that handlers arm: `handlers_.book.retry`. */
  armed: { member: string; timer: string }[];
  /** What each_stream, each_timer and each_channel show. */
  visitors: VisitorView[];
  /** Submissions to pools. */
  offloads: OffloadView[];
  hasOffloads: boolean;
  /** The statements that bind handlers to their reactor, the other ones, and pools. */
  handles: string[];
  commands: string[];
  hasCommands: boolean;
}

/** What starts a reactor's fds, and its sources of events. */
function startView(reactor: IrReactor, members: ReadonlyMap<string, string>) {
  const sources = sourceViews(reactor, members);
  const starts = ['start_streams(run)'];
  if (reactor.fds.some(isDatagram)) starts.push('start_datagrams(run)');
  if (sources.length > 0) starts.push('start_sources()');
  if (reactor.jsRequests !== undefined) starts.push('start_js_requests()');
  return {
    hasSources: sources.length > 0,
    startsBefore: starts.slice(0, -1),
    startsLast: starts.at(-1) ?? '',
    sources,
    signalOutlets: [...members.values()].flatMap((member) =>
      eventFds(reactor).map(({ name }) => ({ member: `${member}.${name}`, source: name })),
    ),
  };
}

/** Describes one reactor, in one file or in three. */
export function reactorView(ir: Ir, reactor: IrReactor, isSplit: boolean): ReactorView {
  const streams = reactor.fds.filter(isStream);
  const fiberStreams = streams.filter((fd) => fd.stackClass !== undefined);
  const datagrams = reactor.fds.filter(isDatagram);
  const timers = reactor.fds.filter(isTimer);
  const members = handlerMembers(reactor);
  const family = (fd: IrFd): FamilyView => ({
    name: identifier(fd.name),
    typeName: identifier(fd.typeName),
    handler:
      fd.handler === null
        ? `deliveries_.${identifier(fd.name)}`
        : `handlers_.${members.get(fd.handler) ?? ''}`,
  });
  const commands = streams.filter((fd) => fd.handler === null).flatMap(commandLines);
  const deliveries = deliveryMembers(reactor);
  const offloads = offloadViews(reactor);
  return {
    banner: bannerLines(ir, '// '),
    includes: includes(ir, reactor),
    name: identifier(reactor.name),
    isSplit,
    checks: [...members.keys(), ...calleesOf(reactor)].map((handler) => `checks/${handler}.hpp`),
    namespace: identifier(ir.name),
    hasHandlers: members.size > 0,
    ...reactorCalls(reactor),
    hasTimers: timers.length > 0,
    hasStreams: streams.length > 0,
    hasDatagrams: datagrams.length > 0,
    ...startView(reactor, members),
    comment: commentLines('/// ', describeReactor(reactor)),
    classComment: commentLines(
      '/// ',
      `reactors.${reactor.name} - its tables, and the one switch of every completion.`,
    ),
    classHead: classHead(identifier(reactor.typeName)),
    typeName: identifier(reactor.typeName),
    constants: shapeConstants(ir, reactor),
    cases: switchCases(reactor, isSplit ? '    ' : '      '),
    handlers: [...members].map(([type, member]) => ({ member, type: `::${identifier(type)}` })),
    deliveries,
    hasDeliveries: deliveries.length > 0,
    datagrams: datagrams.map(family),
    streams: streams.map((fd) => {
      const view = family(fd);
      return fd.stackClass === undefined ? view : { ...view, handler: `fibers_.${view.name}` };
    }),
    hasFibers: reactor.fibers !== undefined,
    hasFiberStreams: fiberStreams.length > 0,
    fiberStreams: fiberStreams.map(family),
    timers: timers.map(family),
    armed: timers.filter(isManual).map((fd) => ({
      member: `${members.get(fd.handler ?? '') ?? ''}.${identifier(fd.name)}`,
      timer: identifier(fd.name),
    })),
    ...fileViews(reactor, [...members.values()]),
    ...reactorChannels(ir, reactor, members),
    visitors: visitors(reactor, members),
    offloads,
    hasOffloads: offloads.length > 0,
    handles: [
      ...handleStatements(ir, reactor, [...members.values()]),
      ...callStatements(ir, reactor),
    ],
    commands,
    hasCommands: commands.length > 0,
  };
}

/** The headers of a reactor: its handlers' bases or, without any, its fds. */
function includes(ir: Ir, reactor: IrReactor): string[] {
  const namespace = identifier(ir.name);
  const isHandled = reactor.handlers.length > 0 || reactor.calls !== undefined;
  const headers = [`${namespace}/${isHandled ? 'handlers' : 'fds'}.hpp`];
  if (reactor.calls !== undefined) headers.push(`${namespace}/calls.hpp`);
  if (reactor.channels.length > 0 || reactor.received !== undefined) {
    headers.push(`${namespace}/channels.hpp`);
  }
  if (reactor.fibers !== undefined) headers.push(`${namespace}/stacks.hpp`);
  if (reactor.fds.some(isFile)) headers.push('loom/file_family.hpp');
  return [...headers, 'loom/reactor.hpp'].sort();
}

/** What delivers the fds without a handler to JavaScript. */
function deliveryMembers(reactor: IrReactor): ReactorView['deliveries'] {
  return reactor.fds
    .filter((fd) => fd.handler === null && !isFile(fd))
    .map((fd) => ({
      member: identifier(fd.name),
      type: isStream(fd) ? 'JsDelivery' : 'JsTicks',
      fd: identifier(fd.typeName),
    }));
}

/** The head of a reactor's class, in as many lines as clang-format gives it. */
function classHead(type: string): string[] {
  const base = `public loom::Reactor<${type}<Backend>, Backend,`;
  const end = `shapes::${type}> {`;
  const indent = ' '.repeat('    : public loom::Reactor<'.length);
  return fitted(`class ${type} : ${base} ${end}`, [
    `class ${type}`,
    ...fitted(`    : ${base} ${end}`, [`    : ${base}`, `${indent}${end}`]),
  ]);
}

/** The user's structs as member names: `Book` is `book`, unless two would have one name. */
function handlerMembers(reactor: IrReactor): Map<string, string> {
  const names = reactor.handlers.map(({ name }) => identifier(name));
  const short = names.map(snakeCase);
  const unique = new Set(short).size === names.length;
  return new Map(names.map((name, index) => [name, unique ? (short[index] ?? name) : name]));
}
