/**
 * The scenario list on both backends under ThreadSanitizer.
 */

import test from 'ava';
import { buildAll } from './play.ts';
import { declareSanitized } from './sanitizers.ts';

declareSanitized(test, 'thread', 'thread sanitizer', buildAll('thread'));
