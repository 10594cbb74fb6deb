/** What declares channels in a `loom.config.ts`. Plain data, as everything in `define.ts`. */
import type { ChannelOptions, SharedMemory } from './define_options.ts';

/** A ring of messages from a reactor or 'js' to another reactor, 'js' or shared memory. */
export function channel<
  const From extends string,
  const To extends string | SharedMemory,
  const Message extends string,
  const Key extends string = never,
>(options: ChannelOptions<From, To, Message, Key>) {
  return { ...options, kind: 'channel' as const };
}

/**
 * What a full channel does: it holds at most one unread message of each value of `key`, a field of
 * the message. A newer one takes its place; past the last cell, messages of new keys are dropped.
 */
export function conflate<const Key extends string>(options: { key: Key }) {
  return { kind: 'conflate' as const, key: options.key };
}

/**
 * The end of a channel that other processes read: the file `name` in /dev/shm, written by this
 * program and mapped by any number of readers.
 */
export function sharedMemory(name: string): SharedMemory {
  return { kind: 'sharedMemory', name };
}
