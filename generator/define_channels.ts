/** What declares channels in a `loom.config.ts`. Plain data, as everything in `define.ts`. */
import type { ChannelOptions } from './define_options.ts';

/** A ring of messages from a reactor to JavaScript. */
export function channel<const From extends string, const Message extends string>(
  options: ChannelOptions<From, Message>,
) {
  return { ...options, kind: 'channel' as const };
}
