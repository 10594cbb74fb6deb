/**
 * The inverse of `lower_messages.ts`: types that the IR lists once stand again where they are used,
 * each with its name, so that `check` sees what a config would have said.
 */
import type { Ir, IrElement, IrFieldType, IrMessage } from '../schemas/ir.ts';
import { limits } from '../schemas/limits.ts';

/** Structs that are raised for one IR; one from a file may be a small bomb. */
const maximumRaised = 20_000;

/** The messages of the config that lowers to this IR. */
export function raiseMessages(ir: Ir): Record<string, unknown> {
  const structs = new Map([...ir.messages, ...(ir.structs ?? [])].map((each) => [each.name, each]));
  const enumerations = new Map((ir.enumerations ?? []).map((each) => [each.name, each]));
  let raised = 0;

  const struct = ({ fields, doc }: IrMessage, depth: number): Record<string, unknown> => {
    raised += 1;
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
    const isEnd = found === undefined || depth > limits.nestedStructs || raised > maximumRaised;
    return { ...(isEnd ? { kind, fields: [] } : struct(found, depth + 1)), name: type.name };
  };
  const fieldType = (type: IrFieldType, depth: number): unknown =>
    typeof type === 'object' && type.kind === 'array'
      ? { kind: 'array', of: element(type.of, depth), count: type.count }
      : element(type, depth);

  return Object.fromEntries(ir.messages.map((each) => [each.name, struct(each, 0)]));
}
