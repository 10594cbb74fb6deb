/** The view of a reactor's Shape: its constants, as the loop and its backends read them. */
import type { Ir, IrFd, IrReactor, IrStreamFd } from '../../schemas/ir.ts';
import { isDatagram, isSource, isStream } from '../fd_kinds.ts';
import { directSockets } from '../lower_fds.ts';
import { handsOver } from '../lower_groups.ts';
import { jsRequestConstants, registeredMemories } from './js_requests.ts';
import { isServer } from './sentences.ts';
import { cxxString, integer } from './text.ts';

/** Type, name and value of one constant. */
type Constant = readonly [type: string, name: string, value: string];

/** Linux keeps 15 characters of a thread's name, pthread_setname_np(3). */
const threadNameCharacters = 15;

const u32 = (name: string, value: number): Constant => ['std::uint32_t', name, integer(value)];

/** Operations of one submission where the config says nothing: loom::ReactorShape. */
const defaultSubmitBatch = 64;

/** Choices and bounds that differ from those of loom::ReactorShape. */
function boundConstants(ir: Ir, reactor: IrReactor): Constant[] {
  const { submitBatch, mailboxBatch, fiberBatch, requests } = reactor;
  const { kernelWorkers, stallNanoseconds } = reactor;
  const fields: Constant[] = [];
  if (ir.clock !== undefined)
    fields.push(['loom::ClockChoice', 'clock', `loom::ClockChoice::${ir.clock}`]);
  if (submitBatch !== defaultSubmitBatch) fields.push(u32('submit_batch', submitBatch));
  if (mailboxBatch !== undefined) fields.push(u32('inbox_batch', mailboxBatch));
  if (fiberBatch !== undefined) fields.push(u32('fiber_batch', fiberBatch));
  if (requests !== undefined) fields.push(u32('requests', requests));
  if (kernelWorkers !== undefined) {
    fields.push(u32('bounded_workers', kernelWorkers.bounded));
    fields.push(u32('unbounded_workers', kernelWorkers.unbounded));
  }
  if (stallNanoseconds !== undefined) {
    fields.push(['std::uint64_t', 'stall_nanoseconds', integer(stallNanoseconds)]);
  }
  return fields;
}

/** What the backends must have room for, where fds ask for more than the default. */
function traitConstants(fds: readonly IrFd[]): Constant[] {
  const direct = directSockets(fds);
  return [
    ...(direct > 0 ? [u32('direct_sockets', direct)] : []),
    ...(fds.filter(isStream).some((fd) => fd.trigger === 'level')
      ? [['bool', 'level_triggered', 'true'] as const]
      : []),
    ...(fds.filter(isStream).some((fd) => fd.receive.strategy === 'bundle')
      ? [['bool', 'bundles', 'true'] as const]
      : []),
  ];
}

/** The constants of the reactor's Shape. */
export function shapeConstants(ir: Ir, reactor: IrReactor): string[] {
  const { shared, wait } = reactor;
  const streams = reactor.fds.filter(isStream);
  const datagrams = reactor.fds.filter(isDatagram);
  const sources = reactor.fds.filter(isSource).length;
  const ends = (fd: IrStreamFd) =>
    fd.kind === 'pipe' ? 2 : isServer(fd) ? 1 + (handsOver(fd) ? fd.slots : 0) : fd.slots;
  const own = streams.reduce((sum, fd) => sum + ends(fd), sources);
  const sockets = datagrams.reduce((sum, fd) => sum + fd.sockets, 0);
  const pools = [...streams, ...datagrams].map((fd) => fd.receive.count);
  const modes = { spin: 'spin', block: 'block', 'spin-then-block': 'spin_then_block' } as const;
  const thread = `${ir.name}:${reactor.name}`.slice(0, threadNameCharacters);
  const fields: Constant[] = [
    ['const char*', 'name', cxxString(reactor.name)],
    ['const char*', 'thread_name', cxxString(thread)],
    ['int', 'core', reactor.core < 0 ? 'loom::core_any' : integer(reactor.core)],
    ['loom::WaitMode', 'wait', `loom::WaitMode::${modes[wait.mode]}`],
    ['std::uint64_t', 'spin_nanoseconds', integer(wait.spinNanoseconds)],
    u32('completion_batch', reactor.completionBatch),
    u32('submission_entries', reactor.submissionEntries),
    u32('completion_entries', reactor.completionEntries),
    u32('handles', reactor.handles),
    u32('own_handles', own + sockets),
    u32('buffer_groups', pools.length),
    u32('maximum_buffers', Math.max(1, ...pools)),
    u32('delivery_offset', shared.deliveryOffset),
    u32('delivery_bytes', shared.deliveryBytes),
    u32('inbox_offset', shared.inboxOffset),
    u32('inbox_bytes', shared.inboxBytes),
    u32('shared_bytes', shared.bytes),
    ...boundConstants(ir, reactor),
    ...traitConstants(reactor.fds),
    ...(reactor.elastic === undefined ? [] : [['bool', 'elastic', 'true'] as const]),
    ...(registeredMemories(reactor) > 0 ? [u32('memories', registeredMemories(reactor))] : []),
    ...jsRequestConstants(reactor).map(([name, value]) => u32(name, value)),
    ...(reactor.calls === undefined ? [] : [['bool', 'js_calls', 'true'] as const]),
  ];
  return fields.map(([type, name, value]) => `  static constexpr ${type} ${name} = ${value};`);
}
