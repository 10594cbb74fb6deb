/** The view of a reactor's visitors: each_stream and its like, which show its parts to the loop. */
import type { IrReactor } from '../../schemas/ir.ts';
import { isDatagram, isSource, isStream, isTimer } from '../fd_kinds.ts';
import { callVisitors } from './calls.ts';
import { shownOutlets, shownReceivers } from './channels.ts';
import { jsRequestVisitors } from './js_requests.ts';
import { requestVisitor } from './requests.ts';
import { identifier } from './text.ts';

/** One visitor: `each_<kind>`, and the members that it shows. */
export interface VisitorView {
  kind: string;
  isEmpty: boolean;
  members: string[];
}

/** What each_stream and its like show: the parts of a reactor by their sort. */
export function visitors(reactor: IrReactor, handlers: ReadonlyMap<string, string>): VisitorView[] {
  const members = [...handlers.values()];
  const receivers = shownReceivers(reactor, handlers);
  const outlets = shownOutlets(reactor, members);
  const datagrams = reactor.fds.filter(isDatagram);
  const sources = reactor.fds.filter(isSource);
  return [
    visitor('stream', 'streams_', reactor.fds.filter(isStream)),
    ...(datagrams.length > 0 ? [visitor('datagram', 'datagrams_', datagrams)] : []),
    visitor('timer', 'timers_', reactor.fds.filter(isTimer)),
    visitor('channel', 'channels_', reactor.channels),
    ...(receivers.length > 0 ? [{ kind: 'receiver', isEmpty: false, members: receivers }] : []),
    ...(outlets.length > 0 ? [{ kind: 'outlet', isEmpty: false, members: outlets }] : []),
    ...requestVisitor(reactor, members),
    ...jsRequestVisitors(reactor),
    ...callVisitors(reactor),
    ...(sources.length > 0 ? [visitor('source', 'sources_', sources)] : []),
  ];
}

/** The members that one visitor shows. */
function visitor(kind: string, group: string, parts: readonly { name: string }[]): VisitorView {
  const members = parts.map(({ name }) => `${group}.${identifier(name)}`);
  return { kind, isEmpty: members.length === 0, members };
}
