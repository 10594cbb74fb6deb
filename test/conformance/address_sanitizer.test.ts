/**
 * The scenario list on both backends under AddressSanitizer and UndefinedBehaviorSanitizer.
 */

import test from 'ava';
import { declareSanitized } from './sanitizers.ts';

declareSanitized(test, 'address');
