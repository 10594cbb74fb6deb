/** What a reactor has more that takes requests of JavaScript: a case, a visitor, numbers. */
import type { IrFileFd, IrReactor } from '../../schemas/ir.ts';
import { isFile } from '../fd_kinds.ts';
import { fitted } from './cxx_layout.ts';
import { memoryCount } from './files.ts';
import { identifier, integer } from './text.ts';
import type { VisitorView } from './visitors.ts';

/** The files that JavaScript can use: those through the page cache, where it may ask at all. */
export function jsFiles({ fds, jsRequests }: IrReactor): IrFileFd[] {
  return jsRequests === undefined ? [] : fds.filter(isFile).filter(({ direct }) => direct === 0);
}

/** Memories that the ring is told of: those of files, and that of JavaScript's requests. */
export function registeredMemories(reactor: IrReactor): number {
  return memoryCount(reactor) + (reactor.jsRequests === undefined ? 0 : 1);
}

/** Name and value of the constants of the reactor's Shape. */
export function jsRequestConstants({ jsRequests }: IrReactor): (readonly [string, number])[] {
  if (jsRequests === undefined) return [];
  return [
    ['js_requests', jsRequests.count],
    ['js_request_offset', jsRequests.offset],
    ['js_request_entries', jsRequests.entries],
    ['js_arena_offset', jsRequests.arenaOffset],
    ['js_arena_bytes', jsRequests.arenaBytes],
  ];
}

/** The case of requests that have completed. */
export function jsRequestCase({ jsRequests }: IrReactor, indent: string): string[] {
  if (jsRequests === undefined) return [];
  const label = `${indent}case loom::common_operation::js_request:`;
  const act = 'return this->js_request_completed(completion);';
  return fitted(`${label} ${act}`, [label, `${indent}  ${act}`]);
}

/** What shows the loop the files that JavaScript uses. */
export function jsRequestVisitors(reactor: IrReactor): VisitorView[] {
  const files = jsFiles(reactor).map(({ name }) => `files_.${identifier(name)}`);
  return reactor.jsRequests === undefined
    ? []
    : [{ kind: 'file', isEmpty: files.length === 0, members: files }];
}

/** The field of a reactor in the bindings' descriptor; empty where JavaScript asks for nothing. */
export function jsRequestField({ jsRequests }: IrReactor): string[] {
  if (jsRequests === undefined) return [];
  const { count, offset, entries, arenaOffset, arenaBytes } = jsRequests;
  const fields = { count, offset, entries, arenaOffset, arenaBytes };
  const lines = Object.entries(fields).map(
    ([name, value]) => `        ${name}: ${integer(value)},`,
  );
  return ['      requests: {', ...lines, '      },'];
}

/** The class of the bindings that JavaScript has for a file, by its mode. */
export function jsFileType({ mode }: IrFileFd): string {
  const types = {
    read: 'ReadableFile',
    write: 'WritableFile',
    append: 'AppendableFile',
    readWrite: 'ReadWriteFile',
  } as const;
  return types[mode];
}
