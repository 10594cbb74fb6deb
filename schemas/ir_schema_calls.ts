/** The strict schema of calls, as `ir_calls.ts` describes them. */
import * as v from 'valibot';
import { lowerName, upperName, whole } from './ir_leaf.ts';

/** One call. */
export const call = v.strictObject({
  name: lowerName,
  typeName: upperName,
  index: whole(0, 65535),
  pool: lowerName,
  handler: upperName,
  request: upperName,
  reply: upperName,
  replyOffset: whole(0, 2 ** 29),
  bytes: whole(1, 2 ** 29),
});
