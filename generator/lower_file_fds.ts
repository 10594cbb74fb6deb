/** Lowers files, and raises them again: numbers of their memories, whose members they are. */
import type { CheckedFile } from '../schemas/config.ts';
import type { IrFileFd } from '../schemas/ir.ts';
import { pascalCase } from './case.ts';
import type { FdCursor } from './lower_fds.ts';

/** Lowers one file fd and moves the cursor of its reactor past it. */
export function lowerFile(name: string, index: number, fd: CheckedFile, at: FdCursor): IrFileFd {
  const handler = fd.handler ?? at.handler ?? null;
  const memory = at.memory;
  if (fd.buffers !== undefined) at.memory += 1;
  return {
    name,
    typeName: pascalCase(name),
    kind: 'file',
    index,
    handler,
    path: fd.path,
    mode: fd.mode,
    create: Number(fd.create),
    truncate: Number(fd.truncate),
    direct: Number(fd.direct),
    permissions: fd.permissions,
    inFlight: fd.operations,
    ...(fd.buffers !== undefined && { buffers: { ...fd.buffers, memory } }),
    operations: {},
  };
}

/** The config that lowers to this fd; values that are undefined are left out by the caller. */
export function raiseFile(fd: IrFileFd, on: string): Record<string, unknown> {
  return {
    kind: 'file',
    path: fd.path,
    on,
    handler: fd.handler ?? undefined,
    mode: fd.mode,
    create: fd.create === 1,
    truncate: fd.truncate === 1,
    direct: fd.direct === 1,
    permissions: fd.create === 1 ? fd.permissions : undefined,
    buffers: fd.buffers && { bytes: fd.buffers.bytes, count: fd.buffers.count },
    operations: fd.inFlight,
  };
}
