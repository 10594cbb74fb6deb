/**
 * The view of map.txt: every table, buffer and ring of a program with its size, for people who
 * want to know what a config costs.
 */
import { isDatagram, isFile, isSource, isStream, isTimer } from '../fd_kinds.ts';
import type {
  Ir,
  IrDatagramFd,
  IrFd,
  IrFibers,
  IrFileFd,
  IrReactor,
  IrStreamFd,
} from '../../schemas/ir.ts';
import { receiveBufferBytes, sendSlotBytes } from '../lower_datagrams.ts';
import { paddingBytes, slabBytes } from '../lower_fds.ts';
import { defaultMailboxEntries } from './program.ts';
import { bannerLines, counted, describeFd, describeReactor, isServer } from './sentences.ts';
import { commentLines, grouped, printable } from './text.ts';

/** Below each stack on x86-64: `loom::stack_guard_bytes`. */
const guardBytes = 4096;

/** One reactor's part of the map. */
export interface MapReactorView {
  sentence: string[];
  /** Sentences about its fds. */
  fds: string[];
  /** Aligned table rows. */
  rows: string[];
}

/** The view of `text/map.txt`. */
export interface MapView {
  banner: string[];
  sentence: string[];
  /** Why there is no standalone executable, or an empty list. */
  standalone: string[];
  reactors: MapReactorView[];
}

/** One table: how many entries of how many bytes. */
interface Row {
  name: string;
  count: number;
  bytes: number;
}

/** Describes a program; `why` says why no standalone executable is made, null when one is. */
export function mapView(ir: Ir, why: string | null): MapView {
  const fds = ir.reactors.flatMap((reactor) => reactor.fds);
  const parts = [
    counted(ir.reactors.length, 'reactor'),
    counted(fds.length, 'fd'),
    counted(ir.messages.length, 'message type'),
  ];
  const { linux, darwin, freebsd, win32 } = ir.backends;
  const backends = [
    `on Linux ${linux.join(', else ')}`,
    ...(darwin === undefined ? [] : [`on macOS ${darwin.join(', else ')}`]),
    ...(freebsd === undefined ? [] : [`on FreeBSD ${freebsd.join(', else ')}`]),
    ...(win32 === undefined ? [] : [`on Windows ${win32.join(', else ')}`]),
  ].join('; ');
  const sentence = `Program ${ir.name}: ${parts.join(', ')}; ${backends}.`;
  return {
    banner: bannerLines(ir, '# '),
    sentence: commentLines('', sentence),
    standalone: why === null ? [] : commentLines('', `No standalone executable: ${why}`),
    reactors: ir.reactors.map((reactor) => mapReactor(reactor, ir.fibers)),
  };
}

function mapReactor(reactor: IrReactor, fibers: IrFibers | undefined): MapReactorView {
  const streams = reactor.fds.filter(isStream);
  const tables: Row[] = [
    { name: 'submission queue entries', count: reactor.submissionEntries, bytes: 64 },
    { name: 'completion queue entries', count: reactor.completionEntries, bytes: 16 },
    { name: 'fixed-file handles', count: reactor.handles, bytes: 8 },
    ...streams.flatMap(streamRows),
    ...reactor.fds.filter(isDatagram).flatMap(datagramRows),
    ...threadRows(reactor),
    ...reactor.fds.filter(isFile).flatMap(fileRows),
    ...sharedRows(reactor),
  ];
  const total = tables.reduce((sum, { count, bytes }) => sum + count * bytes, 0);
  const rows = [
    row('table', 'entries', 'bytes each', 'bytes'),
    ...tables.map((t) =>
      row(t.name, grouped(t.count), grouped(t.bytes), grouped(t.count * t.bytes)),
    ),
    row('total', '', '', grouped(total)),
    ...(reactor.fibers === undefined ? [] : stackRows(fibers)),
  ];
  return {
    sentence: commentLines('', describeReactor(reactor)),
    fds: reactor.fds.flatMap((fd) => commentLines('  ', `${describeFd(fd)}${slotRange(fd)}`)),
    rows,
  };
}

/** Columns: the name to the left, numbers to the right. */
function row(name: string, count: string, each: string, bytes: string): string {
  const cells = [printable(name, '').padEnd(48), count.padStart(10), each.padStart(14)];
  return `  ${cells.join('')}${bytes.padStart(16)}`.trimEnd();
}

/** Address space of stacks; memory only for those that have run, so it is not in the total. */
function stackRows(fibers: IrFibers | undefined): string[] {
  return (fibers?.classes ?? []).map(({ name, bytes, count }) => {
    const each = bytes + guardBytes;
    const title = `stacks.${name}, reserved until a fiber runs`;
    return row(title, grouped(count), grouped(each), grouped(count * each));
  });
}

/** The slots of a stream fd, for reading tags in a debugger. */
function slotRange(fd: IrFd): string {
  if (isSource(fd)) return '';
  if (isTimer(fd)) return ` Timer ${fd.timer}.`;
  if (isFile(fd)) return '';
  const count = isDatagram(fd) ? fd.sockets : fd.slots;
  const last = fd.firstSlot + count - 1;
  const slots = count === 1 ? `Slot ${fd.firstSlot}` : `Slots ${fd.firstSlot} to ${last}`;
  const past = isStream(fd) && isServer(fd) ? ` Past the last slot: ${fd.full}.` : '';
  return ` ${slots}.${past}`;
}

function streamRows(fd: IrStreamFd): Row[] {
  const name = `fds.${fd.name}`;
  const rows = [
    {
      name: `${name} receive buffers`,
      count: fd.receive.count,
      bytes: fd.receive.bytes + paddingBytes,
    },
    { name: `${name} write queues`, count: fd.slots, bytes: fd.writeQueueBytes },
  ];
  const slab = slabBytes(fd.framing);
  if (slab > 0)
    rows.push({ name: `${name} messages across buffers`, count: fd.slots, bytes: slab });
  return rows;
}

function datagramRows(fd: IrDatagramFd): Row[] {
  return [
    {
      name: `fds.${fd.name} receive buffers`,
      count: fd.receive.count,
      bytes: receiveBufferBytes(fd),
    },
    {
      name: `fds.${fd.name} datagrams to be sent`,
      count: fd.send.count * fd.sockets,
      bytes: sendSlotBytes(fd),
    },
  ];
}

/** What other threads and pools leave: `Mailbox`, `OffloadSlot`, `JsCallJob` of the runtime. */
function threadRows({ mailboxEntries, offloads, calls, jsRequests }: IrReactor): Row[] {
  return [
    { name: 'mailbox', count: mailboxEntries ?? defaultMailboxEntries, bytes: 72 },
    ...(offloads ?? []).map(({ pool, slots }) => ({
      name: `pools.${pool} submissions`,
      count: slots,
      bytes: 192,
    })),
    ...(calls === undefined ? [] : [{ name: 'calls', count: jsRequests?.count ?? 0, bytes: 80 }]),
  ];
}

function fileRows({ name, buffers }: IrFileFd): Row[] {
  return buffers === undefined ? [] : [{ name: `fds.${name} buffers`, ...buffers }];
}

/** Requests of JavaScript: their ring and their memory. */
function requestRows({ jsRequests }: IrReactor): Row[] {
  if (jsRequests === undefined) return [];
  return [
    { name: 'shared: requests of JavaScript', count: jsRequests.entries, bytes: 64 },
    { name: 'shared: memory of requests', count: 1, bytes: jsRequests.arenaBytes },
  ];
}

function sharedRows(reactor: IrReactor): Row[] {
  const { shared } = reactor;
  const rows = [
    { name: 'shared: control block and counters', count: 1, bytes: shared.slotsOffset },
    { name: 'shared: slot words', count: shared.slots, bytes: 16 },
    { name: 'shared: delivery ring', count: 1, bytes: 128 + shared.deliveryBytes },
    { name: 'shared: inbox ring', count: 1, bytes: 128 + shared.inboxBytes },
    ...reactor.channels.map((channel) => ({
      name: `shared: channels.${channel.name}`,
      count: channel.capacity,
      bytes: channel.strideBytes,
    })),
    ...requestRows(reactor),
  ];
  const named = rows.reduce((sum, { count, bytes }) => sum + count * bytes, 0);
  if (shared.bytes > named) {
    rows.push({
      name: 'shared: ring headers and alignment',
      count: 1,
      bytes: shared.bytes - named,
    });
  }
  return rows;
}
