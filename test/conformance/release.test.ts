/**
 * The scenario list on both backends, as users compile it.
 */

import test from 'ava';
import { buildAll, declareScenarios } from './play.ts';

const executables = buildAll('release');

for (const backend of ['io_uring', 'epoll'] as const) {
  declareScenarios(test, backend, async () => ({ executables: await executables, backend }));
}
