/**
 * The scenario list in fiber style, on both backends under ThreadSanitizer. Named, `npm test --
 * --only ava`, it runs; among all suites the fiber tests of ctest-tsan stand in for it.
 */

import test from 'ava';
import { buildFibers, fiberScenarios } from './fibers.ts';
import { declareSanitized } from './sanitizers.ts';

if (process.env.LOOM_TEST_BOUNDED === undefined) {
  const executables = buildFibers('thread');
  declareSanitized(test, 'thread', 'thread sanitizer, fibers', executables, fiberScenarios);
} else {
  test.skip('thread sanitizer, fibers: with --only ava', () => undefined);
}
