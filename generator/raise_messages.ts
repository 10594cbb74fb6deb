/**
 * The inverse of `lower_messages.ts`: types that the IR lists once stand again where they are used,
 * each with its name, so that `check` sees what a config would have said.
 */
import type { Ir, IrElement, IrFieldType, IrMessage } from '../schemas/ir.ts';
import { limits } from '../schemas/limits.ts';

/** The messages of the config that lowers to this IR. */
export function raiseMessages(ir: Ir): Record<string, unknown> {
  const structs = new Map([...ir.messages, ...(ir.structs ?? [])].map((each) => [each.name, each]));
  const enumerations = new Map((ir.enumerations ?? []).map((each) => [each.name, each]));
  // A field has at least one byte: what has more of them is too large, and refused as that.
  let fieldsLeft = 0;

  const struct = ({ fields, doc }: IrMessage, depth: number): Record<string, unknown> => {
    fieldsLeft -= fields.length;
    return {
      kind: 'struct',
      fields: fields.map((field) => ({
        name: field.name,
        type: fieldType(field.type, depth),
        ...(field.doc !== undefined && { doc: field.doc }),
      })),
      ...(doc !== undefined && { doc }),
    };
  };
  const element = (type: IrElement, depth: number): unknown => {
    if (typeof type === 'string') return type;
    const { kind } = type;
    if (kind === 'enumeration') return { values: [], ...enumerations.get(type.name), ...type };
    if (kind !== 'struct') return type;
    const found = structs.get(type.name);
    // What is missing or goes in a circle is refused as a struct without fields.
    const isEnd = found === undefined || depth > limits.nestedStructs || fieldsLeft < 0;
    return { ...(isEnd ? { kind, fields: [] } : struct(found, depth + 1)), name: type.name };
  };
  const fieldType = (type: IrFieldType, depth: number): unknown =>
    typeof type === 'object' && type.kind === 'array'
      ? { kind: 'array', of: element(type.of, depth), count: type.count }
      : element(type, depth);

  return Object.fromEntries(
    ir.messages.map((each) => {
      fieldsLeft = limits.recordBytes;
      return [each.name, struct(each, 0)];
    }),
  );
}
