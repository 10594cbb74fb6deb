/**
 * The part of the config that describes fds which tell of events and carry no stream: counters that
 * others add to, and signals.
 */
import * as v from 'valibot';
import { flag, integer, text } from './leaf.ts';

const sourceEntries = {
  /** The reactor that waits for it: a key of `reactors`. */
  on: text("the name of a reactor, such as 'main'"),
};

/** A counter that wakes a handler, eventfd(2). */
export const eventfdSchema = v.strictObject({
  kind: v.literal('eventfd'),
  ...sourceEntries,
  /** Your C++ struct with `on_event(loom::EventCount)`. All handlers of its reactor have a member
   * with the name of this fd: `this->alarm.signal()`, a value that may be copied to any thread. */
  handler: v.optional(text("the name of a C++ struct, such as 'Alarm'")),
  /** Each event takes 1 of the counter (EFD_SEMAPHORE) instead of all of it.
   * @default false */
  semaphore: v.optional(flag(), false),
  /** Events that the counter holds at the start; 0 to 2147483647.
   * @default 0 */
  initial: v.optional(integer('events', 0, 2 ** 31 - 1), 0),
  /** Descriptor number of an eventfd that is open when the program starts, from whoever started
   * it; 3 to 1048575. The reactor keeps a duplicate of it. By default one is made. */
  adopt: v.optional(integer('descriptor', 3, 2 ** 20 - 1)),
});

/** Signals that are sent to the process, signalfd(2). */
export const signalSchema = v.strictObject({
  kind: v.literal('signal'),
  ...sourceEntries,
  /** Your C++ struct with `on_signal(const loom::SignalInfo&)`. */
  handler: v.optional(text("the name of a C++ struct, such as 'Reload'")),
  /** Names of signals, such as 'SIGHUP'. They are blocked in every thread of the program; with
   * SIGINT or SIGTERM among them, stopping is up to the handler. Threads that exist before the
   * start keep their own mask, so inside Node the start is refused with LOOM5027. */
  signals: v.array(text("the name of a signal, such as 'SIGHUP'")),
});
