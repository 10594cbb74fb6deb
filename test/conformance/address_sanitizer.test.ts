/**
 * The scenario list on both backends under AddressSanitizer and UndefinedBehaviorSanitizer.
 */

import test from 'ava';
import { buildAll } from './play.ts';
import { declareSanitized } from './sanitizers.ts';

declareSanitized(test, 'address', 'address sanitizer', buildAll('address'));
