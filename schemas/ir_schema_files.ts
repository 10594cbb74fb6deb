/** The part of the IR's schema about files; the same shape as `ir_files.ts`. */
import * as v from 'valibot';
import { bit, lowerName, one, upperName, whole, word } from './ir_leaf.ts';
import { limits } from './limits.ts';

/** A file fd. Its path is checked again, with its meaning, by `check_ir.ts`. */
export const fileFd = v.strictObject({
  name: lowerName,
  typeName: upperName,
  kind: v.literal('file'),
  index: whole(0, 65535),
  handler: v.nullable(upperName),
  path: word(/^[A-Za-z0-9 _.\-+@,=~():/]{1,255}$/, 'a path of plain characters'),
  mode: one('read', 'write', 'append', 'readWrite'),
  create: bit,
  truncate: bit,
  direct: bit,
  permissions: whole(0, 0o777),
  inFlight: whole(1, 4096),
  buffers: v.exactOptional(
    v.strictObject({
      bytes: whole(4096, 2 ** 24),
      count: whole(1, 4096),
      memory: whole(0, 65535),
    }),
  ),
  operations: v.record(lowerName, whole(1, limits.operations)),
});
