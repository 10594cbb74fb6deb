/** The part of the config that declares channels: rings of messages from a reactor. */
import * as v from 'valibot';
import { choice, integer, reactorName, text } from './leaf.ts';

/** A ring of messages to JavaScript. */
export const channelSchema = v.strictObject({
  kind: v.literal('channel'),
  /** The reactor that publishes: a key of `reactors`. */
  from: reactorName(),
  /** Who reads. Other reactors and shared memory are later versions. */
  to: text("'js'"),
  /** The record that the ring carries: a key of `messages`. */
  message: text("the name of a message, such as 'Top'"),
  /** Messages that the ring holds, a power of two; 2 to 16777216.
   * @default 1024 */
  capacity: v.optional(integer('messages', 2, 2 ** 24, 'power of two'), 1024),
  /** A full ring: `drop-newest` counts and drops, `conflate` keeps only the newest waiting.
   * @default 'drop-newest' */
  full: v.optional(choice(['drop-newest', 'conflate']), 'drop-newest'),
});
