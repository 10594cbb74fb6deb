/**
 * The scenario list on both backends under ThreadSanitizer.
 */

import test from 'ava';
import { declareSanitized } from './sanitizers.ts';

declareSanitized(test, 'thread');
