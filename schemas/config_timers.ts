/** The part of the config that describes timers; `config_fds.ts` joins it with the other fds. */
import * as v from 'valibot';
import { choice, duration, reactorName, text } from './leaf.ts';

/** A periodic or one-shot timer, or one that its handler arms. */
export const timerSchema = v.strictObject({
  kind: v.literal('timer'),
  /** The reactor that owns this timer: a key of `reactors`. */
  on: reactorName(),
  /** Your C++ struct with `on_tick`. Without one, ticks are delivered to JavaScript. */
  handler: v.optional(text("the name of a C++ struct, such as 'Stats'")),
  /** Period; 10us to 720h. Without it the timer ends after its first tick. */
  every: v.optional(duration('10us', '720h')),
  /** Time to the first tick; 1us to 720h. By default `every`. */
  after: v.optional(duration('1us', '720h')),
  /** `manual`: only your handler arms it, as a member named like this fd; without `every`, `after`.
   * @default 'auto' */
  start: v.optional(choice(['auto', 'manual']), 'auto'),
});
