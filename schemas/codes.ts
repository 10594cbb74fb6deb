/**
 * Every diagnostic of loomgen, as data. A code is stable: it never changes its meaning, and a
 * retired code is not used again. `loomgen explain <code>` prints an entry; a test demands a
 * fixture with the exact text of each.
 *
 * Ranges by stage: 10 load · 11 IR as input · 12 shape · 13 names · 14 wiring · 15 addresses ·
 * 16 budgets · 17 files · 18 later versions · 19 package ·
 * 20 command, environment, write, compile · 70 profiling · 71 calls that block · 72 TypeScript
 * traced, and checked for calls that block · 90 bugs.
 * Errors of a running program are in `codes_runtime.ts` (50) and `codes_bindings.ts` (60).
 */
import { blockingCodes } from './codes_blocking.ts';
import { buildCodes } from './codes_build.ts';
import { callCodes } from './codes_calls.ts';
import { channelCodes } from './codes_channels.ts';
import { datagramCodes } from './codes_datagrams.ts';
import { descriptorCodes } from './codes_descriptors.ts';
import { fiberCodes } from './codes_fibers.ts';
import { fileCodes } from './codes_files.ts';
import { groupCodes } from './codes_groups.ts';
import { jsRequestCodes } from './codes_js_requests.ts';
import { loadCodes } from './codes_load.ts';
import { messageCodes } from './codes_messages.ts';
import { nameCodes } from './codes_names.ts';
import { packageCodes } from './codes_package.ts';
import { requestCodes } from './codes_requests.ts';
import { poolCodes } from './codes_pools.ts';
import { shapeCodes } from './codes_shape.ts';
import { systemCodes } from './codes_system.ts';
import { traceCodes } from './codes_trace.ts';
import { typeScriptTraceCodes } from './codes_trace_typescript.ts';
import { tuneCodes } from './codes_tune.ts';
import { wiringCodes } from './codes_wiring.ts';

export type { CodeEntry } from './code_entry.ts';

/** Every code with its texts. */
export const codes = {
  ...loadCodes,
  ...shapeCodes,
  ...nameCodes,
  ...messageCodes,
  ...wiringCodes,
  ...channelCodes,
  ...fiberCodes,
  ...descriptorCodes,
  ...datagramCodes,
  ...fileCodes,
  ...groupCodes,
  ...requestCodes,
  ...jsRequestCodes,
  ...callCodes,
  ...poolCodes,
  ...systemCodes,
  ...packageCodes,
  ...buildCodes,
  ...tuneCodes,
  ...blockingCodes,
  ...traceCodes,
  ...typeScriptTraceCodes,
} as const;

/** A diagnostic code, such as `LOOM1201`. */
export type Code = keyof typeof codes;

/** The names of the holes in the texts of one code. */
export type HolesOf<Key extends Code> = (typeof codes)[Key]['holes'][number];
