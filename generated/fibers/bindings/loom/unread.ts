/** Warnings about sources that nobody reads: each is named once, when it begins to do harm. */
import type { Channel } from './channel.ts';
import type { Stream } from './stream.ts';

/** The warnings of one reactor. */
export class UnreadWarnings {
  readonly #warned = new Set<object>();

  /** The delivery ring is more than half full: names the streams whose messages nobody takes. */
  ofStreams(streams: readonly Stream[]): void {
    for (const stream of streams) {
      if (stream.$oldest === undefined || stream.$isRead || this.#warned.has(stream)) continue;
      this.#warn(
        stream,
        `fds.${stream.name} receives data that nobody reads, which holds up its reactor's other ` +
          'fds; iterate over it or call onBatch()',
      );
    }
  }

  /** Names the channels that are full and have no reader. */
  ofChannels(channels: readonly Channel<never>[]): void {
    for (const channel of channels) {
      if (channel.$isRead || !channel.$isFull || this.#warned.has(channel)) continue;
      this.#warn(
        channel,
        `channels.${channel.name} is full of messages that nobody reads, and what comes is ` +
          'treated as its `full` says; iterate over it or call onBatch()',
      );
    }
  }

  #warn(source: object, message: string): void {
    this.#warned.add(source);
    process.emitWarning(message, { type: 'LoomWarning', code: 'LOOM6008' });
  }
}
