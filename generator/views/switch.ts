/** The cases of a reactor's switches: where a completion goes, and a command of JavaScript. */
import type { IrFd, IrReactor, IrStreamFd } from '../../schemas/ir.ts';
import { isSource, isStream, isTimer } from '../fd_kinds.ts';
import { fitted } from './cxx_layout.ts';
import { operationName } from './fds.ts';
import { jsRequestCase } from './js_requests.ts';
import { offloadCases } from './pools.ts';
import { requestCase } from './requests.ts';
import { identifier } from './text.ts';

/** Which engine function a completed operation goes to. */
const completions: Readonly<Record<string, string>> = {
  accept: 'accepted',
  connect: 'connected',
  receive: 'received',
  send: 'sent',
  shutdown: 'shut_down',
  close: 'closed',
  cancel: 'cancelled',
  deadline: 'deadline_passed',
};

/** The same for the operations of datagram fds. */
const datagramCompletions: Readonly<Record<string, string>> = {
  receive: 'received_datagram',
  send: 'sent_datagrams',
  close: 'closed_datagram',
  cancel: 'cancelled_datagram',
  deadline: 'retry_datagrams',
};

/** Every case of a reactor's switch. */
export function switchCases(reactor: IrReactor, indent: string): string[] {
  return [
    ...(reactor.fibers === undefined ? [] : fiberCases(indent)),
    ...requestCase(reactor, indent),
    ...jsRequestCase(reactor, indent),
    ...reactor.fds.flatMap((fd) => caseLines(reactor, fd, indent)),
    ...offloadCases(reactor, indent),
  ];
}

/** The cases of one fd's operations, in the order of their numbers. */
function caseLines(reactor: IrReactor, fd: IrFd, indent: string): string[] {
  return Object.entries(fd.operations)
    .sort(([, a], [, b]) => a - b)
    .flatMap(([operation]) => {
      const label = `${indent}case ${operationName(reactor, fd, operation)}:`;
      const act = `return ${actOf(fd, operation)};`;
      return fitted(`${label} ${act}`, [label, `${indent}  ${act}`]);
    });
}

/** The call that a completed operation of an fd leads to. */
function actOf(fd: IrFd, operation: string): string {
  const name = identifier(fd.name);
  if (isTimer(fd)) return `timers_.${name}.expire()`;
  if (isSource(fd)) {
    const act = operation === 'read' ? 'source_read' : 'source_cancelled';
    return `this->${act}(sources_.${name}, completion)`;
  }
  const [engines, group] = isStream(fd)
    ? [completions, 'streams_']
    : [datagramCompletions, 'datagrams_'];
  return `this->${engineOf(engines, operation)}(${group}.${name}, completion)`;
}

function engineOf(engines: Readonly<Record<string, string>>, operation: string): string {
  const engine = engines[operation];
  if (engine === undefined) throw new Error(`no engine function for ${operation}`);
  return engine;
}

/** What fibers wait for. */
function fiberCases(indent: string): string[] {
  const label = `${indent}case loom::common_operation::`;
  return [
    `${label}fiber: return this->fiber_completed(completion);`,
    `${label}fiber_timeout: return this->fiber_timed_out(completion);`,
    `${label}fiber_scope: return this->fiber_scope_expired(completion);`,
  ];
}

/** What JavaScript asks of the connections of one fd. */
export function commandLines(fd: IrStreamFd): string[] {
  const label = `      case fd::${identifier(fd.typeName)}::shape.index:`;
  const act = `return this->command(streams_.${identifier(fd.name)}, record);`;
  return fitted(`${label} ${act}`, [label, `        ${act}`]);
}
