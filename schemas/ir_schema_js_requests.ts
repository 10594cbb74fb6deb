/** The strict schema of the requests of JavaScript, as `ir_js_requests.ts` describes them. */
import * as v from 'valibot';
import { whole } from './ir_leaf.ts';

const bytes = whole(0, 2 ** 40);

/** Where they lie in the shared block. */
export const jsRequests = v.strictObject({
  count: whole(2, 2 ** 14),
  offset: bytes,
  entries: whole(8, 2 ** 16),
  arenaOffset: bytes,
  arenaBytes: whole(4096, 2 ** 29),
});
