/**
 * The scenario list in fiber style, on both backends under AddressSanitizer and
 * UndefinedBehaviorSanitizer.
 */

import test from 'ava';
import { buildFibers, fiberScenarios } from './fibers.ts';
import { declareSanitized } from './sanitizers.ts';

const executables = buildFibers('address');
declareSanitized(test, 'address', 'address sanitizer, fibers', executables, fiberScenarios);
