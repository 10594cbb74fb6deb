/** The view of `stacks.hpp`: the stack classes of a program with fibers, and their numbers. */
import type { Ir, IrFibers } from '../../schemas/ir.ts';
import { bannerLines, counted } from './sentences.ts';
import { bytesForPeople, commentLines, cxxString, identifier, integer } from './text.ts';

/** The view of `cxx/stacks.hpp`. */
export interface StacksView {
  banner: string[];
  namespace: string;
  comment: string[];
  classes: { name: string; position: string; comment: string[]; shape: string }[];
  records: string;
}

/** Describes the stack classes; only of a program with fibers. */
export function stacksView(ir: Ir, fibers: IrFibers): StacksView {
  return {
    banner: bannerLines(ir, '// '),
    namespace: identifier(ir.name),
    comment: commentLines(
      '/// ',
      `What each reactor with fibers reserves: ${counted(fibers.records, 'fiber')} at once.`,
    ),
    classes: fibers.classes.map(({ name, bytes, count, waiting }, position) => ({
      name: identifier(name),
      position: integer(position),
      comment: commentLines(
        '/// ',
        `stacks.${name} - ${counted(count, 'stack')} of ${bytesForPeople(bytes)}` +
          (waiting === 0 ? '.' : `, and ${counted(waiting, 'fiber')} may wait for one.`),
      ),
      shape: `{${cxxString(name)}, ${[bytes, count, waiting].map(integer).join(', ')}}`,
    })),
    records: integer(fibers.records),
  };
}
