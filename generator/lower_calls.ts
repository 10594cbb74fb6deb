/** Lowers calls: their numbers, and what each needs of its reactor's arena. */
import type { CheckedConfig } from '../schemas/config.ts';
import type { IrCall } from '../schemas/ir_calls.ts';
import type { IrMessage } from '../schemas/ir.ts';
import { entriesByName, pascalCase } from './case.ts';
import { alignUp } from './message_types.ts';

/** `loom::js_call_alignment`: no message asks for more. */
const alignment = 8;
/** Least room behind the request, for the words of what was thrown. */
const leastReplyBytes = 256;

/** The calls that a reactor takes, in the order of their names; undefined without any. */
export function lowerCalls(
  reactor: string,
  config: CheckedConfig,
  messages: readonly IrMessage[],
): IrCall[] | undefined {
  const bytesOf = (name: string): number => {
    const message = messages.find((each) => each.name === name);
    if (message === undefined) throw new Error(`messages.${name} was not checked`);
    return message.bytes;
  };
  const declared = entriesByName(config.calls).filter(([, { on }]) => on === reactor);
  if (declared.length === 0) return undefined;
  return declared.map(([name, { pool, handler, request, reply }], index) => {
    const replyOffset = alignUp(bytesOf(request), alignment);
    const bytes = replyOffset + Math.max(bytesOf(reply), leastReplyBytes);
    return {
      name,
      typeName: pascalCase(name),
      index,
      pool,
      handler,
      request,
      reply,
      replyOffset,
      bytes,
    };
  });
}
