/** The part of the config that declares channels: rings with one writer and one reader. */
import * as v from 'valibot';
import { choice, integer, oneOf, text } from './leaf.ts';

const conflateSchema = v.strictObject({
  kind: v.literal('conflate'),
  /** The field whose values are kept apart: an integer, an enum or a bool of the message. */
  key: text("the name of a field, such as 'symbol'"),
});

const sharedMemorySchema = v.strictObject({
  kind: v.literal('sharedMemory'),
  /** Its file in /dev/shm: letters, digits, '.', '-' and '_', at most 64. */
  name: text("a file name, such as 'feed_top'"),
});

/** A ring of messages between a reactor and JavaScript, or between two reactors. */
export const channelSchema = v.strictObject({
  kind: v.literal('channel'),
  /** Who writes: a key of `reactors`, or 'js'. */
  from: text("the name of a reactor, such as 'main', or 'js'"),
  /** Who reads: a key of `reactors`, 'js', or `sharedMemory('name')` for other processes. */
  to: oneOf("the name of a reactor, 'js', or sharedMemory('name')", [
    text("the name of a reactor, such as 'main', or 'js'"),
    sharedMemorySchema,
  ]),
  /** The record that the ring carries: a key of `messages`. */
  message: text("the name of a message, such as 'Top'"),
  /** Messages that the ring holds, a power of two; 2 to 16777216, with a key 2 to 65536.
   * @default 1024 */
  capacity: v.optional(integer('messages', 2, 2 ** 24, 'power of two'), 1024),
  /** A full ring: `drop-newest` counts and drops, `drop-oldest` makes room at the reader's cost,
   * `block` refuses and tells when there is room, `conflate` keeps only the newest waiting,
   * `conflate({ key: 'symbol' })` holds at most one unread message of each key.
   * In shared memory always `drop-oldest`.
   * @default 'drop-newest' */
  full: v.optional(
    oneOf("'drop-newest', 'drop-oldest', 'block', 'conflate' or conflate({ key: 'symbol' })", [
      choice(['drop-newest', 'drop-oldest', 'block', 'conflate']),
      conflateSchema,
    ]),
    'drop-newest',
  ),
  /** The C++ struct that takes the messages, for channels to a reactor. By default the reactor's
   * only handler. */
  handler: v.optional(text("the name of a C++ struct, such as 'Echo'")),
  /** How that takes them: `callback` in on_message, `fiber` where a fiber calls loom::receive.
   * @default 'callback' */
  style: v.optional(choice(['callback', 'fiber']), 'callback'),
});
