/**
 * The scenario list in fiber style, on both backends under ThreadSanitizer.
 */

import test from 'ava';
import { buildFibers, fiberScenarios } from './fibers.ts';
import { declareSanitized } from './sanitizers.ts';

const executables = buildFibers('thread');
declareSanitized(test, 'thread', 'thread sanitizer, fibers', executables, fiberScenarios);
