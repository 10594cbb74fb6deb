/** What became of the messages of one channel, read live from its header. */
import { channelWord } from './channel_layout.ts';

/** The counters of a channel as plain values. */
export interface ChannelStatsValue {
  written: bigint;
  delivered: bigint;
  unread: bigint;
  droppedNewest: bigint;
  droppedOldest: bigint;
  conflated: bigint;
  blocked: bigint;
  blockedNanoseconds: bigint;
}

/** A channel between two reactors, of which JavaScript has the counters. */
export interface NativeChannel {
  /** The name in the config. */
  readonly name: string;
  /** What became of its messages. */
  readonly stats: ChannelStats;
}

/** Live counters; each is whole, but two need not be of the same moment. */
export class ChannelStats {
  readonly #words: Int32Array;
  readonly #counters: BigUint64Array;
  readonly #capacity: bigint;

  /** `offset`: where the channel's header is in `memory`, in bytes. */
  constructor(memory: ArrayBufferLike, offset: number, capacity: number) {
    this.#words = new Int32Array(memory, offset);
    this.#counters = new BigUint64Array(memory, offset, channelWord.writerWaits / 2);
    this.#capacity = BigInt(capacity);
  }

  /** Messages that found a place in the channel. */
  get written(): bigint {
    return this.#at(channelWord.tail);
  }

  /** Messages that the reader has taken and is done with. */
  get delivered(): bigint {
    return this.written - this.#behind - this.#lost;
  }

  /** Messages that wait for the reader, or are in a batch that it holds. */
  get unread(): bigint {
    const behind = this.#behind;
    return behind < this.#capacity ? behind : this.#capacity;
  }

  /** Messages that found no room and were lost: `drop-newest`, and keys past the last cell. */
  get droppedNewest(): bigint {
    return this.#at(channelWord.droppedNewest);
  }

  /** Messages that were overwritten before the reader came to them: `drop-oldest`. */
  get droppedOldest(): bigint {
    return this.#lost + this.#behind - this.unread;
  }

  /** Messages whose place a newer one took: `conflate`. */
  get conflated(): bigint {
    return this.#at(channelWord.conflated);
  }

  /** Messages that were refused because there was no room: `block`. */
  get blocked(): bigint {
    return this.#at(channelWord.blocked);
  }

  /** How long the writer waited for room, in nanoseconds; waits that go on are not in it yet. */
  get blockedNanoseconds(): bigint {
    return this.#at(channelWord.blockedNanoseconds);
  }

  /** A copy of all counters. */
  toObject(): ChannelStatsValue {
    return {
      written: this.written,
      delivered: this.delivered,
      unread: this.unread,
      droppedNewest: this.droppedNewest,
      droppedOldest: this.droppedOldest,
      conflated: this.conflated,
      blocked: this.blocked,
      blockedNanoseconds: this.blockedNanoseconds,
    };
  }

  /** Adds to a counter; the writer's or the reader's, whichever side this is. */
  $add(word: number, amount: bigint): void {
    Atomics.store(this.#counters, word / 2, this.#at(word) + amount);
  }

  /** How far the reader is behind the writer. */
  get #behind(): bigint {
    const head = Atomics.load(this.#words, channelWord.head);
    return BigInt((Atomics.load(this.#words, channelWord.tail) - head) >>> 0);
  }

  /** Overwritten messages that the reader has counted. */
  get #lost(): bigint {
    return this.#at(channelWord.droppedOldest);
  }

  #at(word: number): bigint {
    return Atomics.load(this.#counters, word / 2);
  }
}
