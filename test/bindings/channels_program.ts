/** The program of test/bindings/channels, whose channels go in every direction, for its tests. */
import type { Channel } from '../../templates/bindings/channel.ts';
import type { NativeChannel } from '../../templates/bindings/channel_stats.ts';
import type { MessageView } from '../../templates/bindings/message_view.ts';
import type { MessageWriter } from '../../templates/bindings/message_writer.ts';
import type { OpenOptions, Program } from '../../templates/bindings/open.ts';
import type { PostChannel } from '../../templates/bindings/post_channel.ts';
import { type Built, build } from './built_program.ts';

/** A message that goes through. */
export interface OrderValue {
  sequence: bigint;
  price: bigint;
  symbol: number;
}
type Order = MessageView<OrderValue> & Readonly<OrderValue>;
/** Writes one. */
export type OrderWriter = MessageWriter & OrderValue;
type BurstWriter = MessageWriter & { policy: number; keys: number; count: number };

/** The program. */
export interface Channels extends Program<'left' | 'right'> {
  readonly orders: PostChannel<OrderWriter>;
  readonly newest: PostChannel<OrderWriter>;
  readonly oldest: PostChannel<OrderWriter>;
  readonly keyed: PostChannel<OrderWriter>;
  readonly last: PostChannel<OrderWriter>;
  readonly bursts: PostChannel<BurstWriter>;
  readonly passed: NativeChannel;
  readonly asked: PostChannel<OrderWriter>;
  readonly answered: Channel<Order>;
  readonly returned: Channel<Order>;
  readonly lossy: Channel<Order>;
  readonly latest: Channel<Order>;
  readonly tops: Channel<Order>;
}
/** Its emitted module. */
export interface ChannelsModule {
  open(options?: OpenOptions<'left' | 'right', never>): Promise<Channels>;
}

/** Builds it. */
export function buildChannels(): Promise<Built<ChannelsModule>> {
  return build('test/bindings/channels/loom.config.ts', 'bindings_channels', 'debug');
}

/** Collects the sequences that a channel brings. */
export function collect(channel: Channel<Order>): bigint[] {
  const sequences: bigint[] = [];
  channel.onBatch((batch) => {
    for (const order of batch) sequences.push(order.sequence);
  });
  return sequences;
}
