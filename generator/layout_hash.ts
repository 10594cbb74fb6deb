/**
 * The hash of everything that the addon and the TypeScript of one program must agree on: messages
 * with their fields, the fds that are numbered in records, channels, and where each lies in the
 * shared block. The generator writes it into both; the bindings compare them when they load an
 * addon, because one of another config may have blocks of the very same size.
 */
import type { Ir, IrFd, IrMessage, IrReactor } from '../schemas/ir.ts';
import { isStream } from './fd_kinds.ts';
import { sha256 } from './plan.ts';

/** Hexadecimal digits of a hash: 64 bits, against changes and not against attackers. */
const digits = 16;

/** What records tell of an fd; addresses, options and the names of handlers are left out. */
function fdLayout(fd: IrFd): object {
  const { name, kind, index, handler } = fd;
  const common = { name, kind, index, delivered: handler === null };
  if (!isStream(fd)) return common;
  const { framing, slots, firstSharedSlot, writeQueueBytes } = fd;
  return { ...common, framing, slots, firstSharedSlot, writeQueueBytes };
}

function reactorLayout(reactor: IrReactor): object {
  const { name, count, fds, channels, received, shared, jsRequests } = reactor;
  const calls = reactor.calls?.map(({ pool: _pool, handler: _handler, ...rest }) => rest);
  return { name, count, fds: fds.map(fdLayout), channels, received, shared, jsRequests, calls };
}

/** The types of messages without what only people read. */
function typeLayout({ messages, structs, enumerations }: Ir): object {
  const bare = (records: readonly IrMessage[] = []) =>
    records.map(({ doc: _, fields, ...rest }) => ({
      ...rest,
      fields: fields.map(({ doc: _doc, ...field }) => field),
    }));
  const codes = (enumerations ?? []).map(({ name, base, values }) => ({ name, base, values }));
  return { messages: bare(messages), structs: bare(structs), enumerations: codes };
}

/** JSON whose keys are in order, whatever order they were written in. */
function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/**
 * The hash of a message, for readers of other processes: 16 hexadecimal digits. All messages are in
 * it, because one may be a part of another.
 */
export function messageHash(ir: Ir, message: string): string {
  return sha256(orderedJson({ message, ...typeLayout(ir) })).slice(0, digits);
}

/** The hash of a program's layout: 16 hexadecimal digits of a SHA-256. */
export function layoutHash(ir: Ir): string {
  const layout = { ...typeLayout(ir), reactors: ir.reactors.map(reactorLayout) };
  return sha256(orderedJson(layout)).slice(0, digits);
}
