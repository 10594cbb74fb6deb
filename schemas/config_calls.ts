/** The part of the config that declares calls: C++ functions that JavaScript runs on a pool. */
import * as v from 'valibot';
import { text } from './leaf.ts';

/** A C++ function on the threads of a pool, a promise in JavaScript. */
export const callSchema = v.strictObject({
  kind: v.literal('call'),
  /** The reactor that JavaScript asks and that hands the call to the pool: a key of `reactors` with
   * one instance. As many calls can be on their way as its `jsRequests` says, together with what
   * else JavaScript asks of it; requests and replies lie in its `jsArena`. */
  on: text("the name of a reactor, such as 'main'"),
  /** The threads that run it: a key of `pools`. What its queue has no room for waits in order. */
  pool: text("the name of a pool, such as 'crunch'"),
  /** The record that JavaScript writes: a key of `messages`. */
  request: text("the name of a message, such as 'Question'"),
  /** The record that the function returns: a key of `messages`. */
  reply: text("the name of a message, such as 'Answer'"),
  /** The C++ struct whose `on_call(auto& call, const Question& question)` answers. It serves calls
   * alone, several if need be, and runs on all threads of its pools at once. */
  handler: text("the name of a C++ struct, such as 'Pricing'"),
});
