/** What file fds are in C++ and in words: their shapes, their members in handlers, the map. */
import type { IrFileFd, IrReactor } from '../../schemas/ir.ts';
import { isFile } from '../fd_kinds.ts';
import { stringField } from './cxx_layout.ts';
import type { HandlerMemberView, Service } from './handlers.ts';
import { bytesForPeople, commentLines, identifier, integer } from './text.ts';

const indent = '      ';
const modes = { read: 'read', write: 'write', append: 'append', readWrite: 'read_write' } as const;

/** The designated initializers of the shape. */
export function fileShape(fd: IrFileFd): string[] {
  const field = (name: string, value: string): string => `${indent}.${name} = ${value},`;
  const flag = (name: string, value: number): string[] => (value ? [field(name, 'true')] : []);
  return [
    ...stringField(indent, 'name', fd.name),
    field('index', integer(fd.index)),
    ...stringField(indent, 'path', fd.path),
    field('mode', `loom::FileMode::${modes[fd.mode]}`),
    ...flag('create', fd.create),
    ...flag('truncate', fd.truncate),
    ...flag('direct', fd.direct),
    field('permissions', `0${fd.permissions.toString(8)}`),
    field('operations', integer(fd.inFlight)),
    ...(fd.buffers === undefined
      ? []
      : [
          field('buffer_bytes', integer(fd.buffers.bytes)),
          field('buffer_count', integer(fd.buffers.count)),
          field('memory', integer(fd.buffers.memory)),
        ]),
  ];
}

/** The files that a handler has: those of every reactor it runs on. */
export function filesOf(service: Service): IrFileFd[] {
  const reactors = new Set(service.fds.map(({ reactor }) => reactor));
  return [...reactors].flatMap((reactor) => reactor.fds.filter(isFile));
}

/** A file as the member of a handler. */
export function fileMember(fd: IrFileFd): HandlerMemberView {
  return {
    comment: commentLines('  /// ', describeFile(fd)),
    declaration: [`  loom::File ${identifier(fd.name)};`],
  };
}

/** One sentence about a file, with its config path first. */
export function describeFile(fd: IrFileFd): string {
  const verbs = {
    read: 'read',
    write: 'written',
    append: 'appended to',
    readWrite: 'read, written',
  };
  const parts = [`file ${fd.path}`, verbs[fd.mode], `${fd.inFlight} operations in flight`];
  if (fd.direct === 1) parts.push('past the page cache');
  if (fd.buffers !== undefined) {
    parts.push(`lends ${fd.buffers.count} buffers of ${bytesForPeople(fd.buffers.bytes)}`);
  }
  return `fds.${fd.name} - ${parts.join(', ')}.`;
}

/** Memories of a reactor's files that the ring is told of. */
export function memoryCount(reactor: IrReactor): number {
  return reactor.fds.filter((fd) => isFile(fd) && fd.buffers !== undefined).length;
}

/** The files of a reactor's class, and whose members they are: `handlers_.book.journal`. */
export interface FileViews {
  hasFiles: boolean;
  files: { name: string; typeName: string }[];
  fileOutlets: { member: string; file: string }[];
}

/** Describes the files of a reactor; `members` are its handlers. */
export function fileViews(reactor: IrReactor, members: readonly string[]): FileViews {
  const files = reactor.fds.filter(isFile).map((fd) => ({
    name: identifier(fd.name),
    typeName: identifier(fd.typeName),
  }));
  return {
    hasFiles: files.length > 0,
    files,
    fileOutlets: members.flatMap((member) =>
      files.map(({ name }) => ({ member: `${member}.${name}`, file: name })),
    ),
  };
}
