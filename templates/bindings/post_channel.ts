/**
 * Channels from JavaScript to a reactor: messages are written where the reactor reads them, and the
 * reactor is woken only when it sleeps, once for all that was committed. The counterpart is
 * runtime/loom/channel_in.hpp.
 */
import type { MessageWriter } from './message_writer.ts';
import { cellStampBytes, channelHeaderBytes, channelWord, wholeStamp } from './channel_layout.ts';
import { ChannelStats } from './channel_stats.ts';
import type { PostDescriptor } from './descriptor.ts';
import { channelClosed } from './error.ts';
import { makeSettler, type Settler } from './settler.ts';

/** A channel's writing end. */
export class PostChannel<Writer extends MessageWriter> {
  /** The name in the config. */
  readonly name: string;
  /** What became of its messages. */
  readonly stats: ChannelStats;
  readonly #words: Int32Array;
  /** The same memory in pieces of 8 bytes, to clear a message before it is written. */
  readonly #pieces: Float64Array;
  readonly #writer: Writer;
  readonly #posted: () => void;
  readonly #capacity: number;
  /** Messages that were begun, int32 that wraps. */
  #begun: number;
  readonly #offset: number;
  readonly #strideBytes: number;
  readonly #overwrites: boolean;
  readonly #blocks: boolean;
  readonly #headWord: number;
  readonly #tailWord: number;
  readonly #waitsWord: number;
  #head: number;
  /** Messages that the reactor sees. */
  #tail: number;
  /** Upper halves of the stamp and of the counter of the next message. */
  #stampHigh: number;
  #tailHigh = 0;
  #ended = false;
  #blockedSince = 0;
  #writable: Settler | undefined;

  /** `posted` is called whenever the reactor has something to take. */
  constructor(descriptor: PostDescriptor, memory: SharedArrayBuffer, posted: () => void) {
    const { offset, capacity, strideBytes } = descriptor;
    this.name = descriptor.name;
    this.stats = new ChannelStats(memory, offset, capacity);
    this.#words = new Int32Array(memory);
    this.#pieces = new Float64Array(memory);
    this.#writer = new descriptor.writer(new DataView(memory)) as Writer;
    this.#posted = posted;
    this.#offset = offset + channelHeaderBytes;
    this.#strideBytes = strideBytes;
    this.#capacity = capacity;
    this.#overwrites = descriptor.full === 'drop-oldest';
    this.#blocks = descriptor.full === 'block';
    this.#headWord = offset / 4 + channelWord.head;
    this.#tailWord = offset / 4 + channelWord.tail;
    this.#waitsWord = offset / 4 + channelWord.writerWaits;
    this.#head = Atomics.load(this.#words, this.#headWord);
    this.#tail = Atomics.load(this.#words, this.#tailWord);
    this.#begun = this.#tail;
    this.#stampHigh = Math.floor(((this.#tail >>> 0) + 1) / 2 ** 31);
  }

  /**
   * Posts one message: `fill` sets its fields, which are 0 before. False without room: with
   * `full: 'block'` the message was refused, see `writable`, else it is lost and counted.
   * @throws LoomError LOOM6009 when the program has stopped, and what `fill` throws; then nothing
   * was posted.
   */
  post(fill: (writer: Writer) => void): boolean {
    const writer = this.begin();
    if (writer === undefined) return false;
    try {
      fill(writer);
    } catch (error) {
      this.forget();
      throw error;
    }
    const isKept = this.keep();
    this.commit();
    return isKept;
  }

  /**
   * Posts up to `count` messages, which the reactor sees together: `fill` sets the fields of each.
   * Returns how many found room; only where keys conflate does it go on behind one that did not.
   * @throws as `post`; messages that were filled before are posted.
   */
  postMany(count: number, fill: (writer: Writer, index: number) => void): number {
    let kept = 0;
    try {
      for (let index = 0; index < count; index += 1) {
        const writer = this.begin();
        if (writer === undefined) break;
        try {
          fill(writer, index);
        } catch (error) {
          this.forget();
          throw error;
        }
        if (this.keep()) kept += 1;
      }
    } finally {
      this.commit();
    }
    return kept;
  }

  /**
   * Begins a message behind those that were begun before; `commit` posts all of them. The same
   * writer each time, its fields set to 0; undefined when there is no room.
   * @throws LoomError LOOM6009 when the program has stopped.
   */
  begin(): Writer | undefined {
    if (this.#ended) throw channelClosed(this.name);
    const position = this.#begun;
    if (!this.#overwrites && !this.#hasRoom(position)) return this.#refuse();
    if (this.#blockedSince !== 0 && this.#writable === undefined) this.#endBlock();
    const at = this.#offset + (position & (this.#capacity - 1)) * this.#strideBytes;
    if (this.#overwrites) {
      // Not every message that was begun is visible yet: past a whole ring they would meet.
      if (((position - this.#tail) | 0) === this.#capacity) this.commit();
      // Partner: read_cell in channel_overwrite.hpp. An exchange comes before what follows.
      Atomics.exchange(this.#words, at >> 2, (wholeStamp(position) - 1) | 0);
    }
    const first = (at + cellStampBytes) >> 3;
    const end = (at + this.#strideBytes) >> 3;
    for (let piece = first; piece < end; piece += 1) this.#pieces[piece] = 0;
    this.#begun = (position + 1) | 0;
    this.#writer.$show(at + cellStampBytes);
    return this.#writer;
  }

  /** Posts what was begun since the last time; the reactor is woken if it sleeps. */
  commit(): void {
    this.publish();
  }

  /** Shows the reactor what was begun and is whole. */
  protected publish(): void {
    if (this.#begun === this.#tail) return;
    if (this.#overwrites) {
      for (let position = this.#tail; position !== this.#begun; position = (position + 1) | 0) {
        this.stamp(position);
      }
    }
    if (this.#begun >>> 0 < this.#tail >>> 0) {
      this.#tailHigh += 1;
      Atomics.store(this.#words, this.#tailWord + 1, this.#tailHigh);
    }
    this.#tail = this.#begun;
    // Partner: Receiver::look_at_tail.
    Atomics.store(this.#words, this.#tailWord, this.#tail);
    this.#posted();
  }

  /**
   * Fulfilled at once unless the last message was refused, else when half of the channel is free.
   * Rejected with LOOM6009 when the program stops first.
   */
  get writable(): Promise<void> {
    if (this.#ended) return Promise.reject(channelClosed(this.name));
    if (this.#blockedSince === 0) return Promise.resolve();
    this.#writable ??= makeSettler();
    const { promise } = this.#writable;
    // Nobody may ever look at it.
    promise.catch(() => undefined);
    this.$check();
    return promise;
  }

  /** Whether somebody waits for room that is there. */
  $hasRoom(): boolean {
    return this.#writable !== undefined && this.#halfFree();
  }

  /** Tells whoever waits for room when there is some; asks for the next wake-up otherwise. */
  $check(): void {
    if (this.#writable === undefined) return;
    if (!this.#halfFree()) {
      this.announceWait();
      if (!this.#halfFree()) return;
    }
    this.#endBlock();
    this.#writable.resolve();
    this.#writable = undefined;
  }

  /** The reactor has ended. */
  $end(): void {
    this.#ended = true;
    this.#writable?.reject(channelClosed(this.name));
    this.#writable = undefined;
  }

  /** Forgets the message that was begun last: it could not be filled. */
  protected forget(): void {
    this.#begun = (this.#begun - 1) | 0;
  }

  /** The message that was begun last is whole; false when it is lost. */
  protected keep(): boolean {
    return true;
  }

  /** @throws LoomError LOOM6009 when the program has stopped. */
  protected checkOpen(): void {
    if (this.#ended) throw channelClosed(this.name);
  }

  /** The memory of the whole block. */
  protected get words(): Int32Array {
    return this.#words;
  }

  /** Messages that the channel holds. */
  protected get capacity(): number {
    return this.#capacity;
  }

  /** The number of the next message, int32 that wraps. */
  protected get begun(): number {
    return this.#begun;
  }

  /** The message of that number is in its cell. */
  protected advance(): void {
    this.#begun = (this.#begun + 1) | 0;
  }

  /** Whether the next message would find room. */
  protected hasRoom(): boolean {
    return this.#hasRoom(this.#begun);
  }

  #hasRoom(position: number): boolean {
    if (((position - this.#head) | 0) < this.#capacity) return true;
    this.lookAtHead();
    return ((position - this.#head) | 0) < this.#capacity;
  }

  /** Tells the reactor that this side waits for room; look once more after it. */
  protected announceWait(): void {
    // Partner: Receiver::release, which exchanges it after it has moved `head`.
    Atomics.exchange(this.#words, this.#waitsWord, 1);
  }

  /** Messages that the reactor has read, int32 that wraps. */
  protected lookAtHead(): number {
    this.#head = Atomics.load(this.#words, this.#headWord);
    return this.#head;
  }

  #halfFree(): boolean {
    this.lookAtHead();
    return ((this.#tail - this.#head) | 0) <= this.#capacity / 2;
  }

  #refuse(): undefined {
    this.stats.$add(this.#blocks ? channelWord.blocked : channelWord.droppedNewest, 1n);
    if (this.#blocks && this.#blockedSince === 0) this.#blockedSince = performance.now();
  }

  #endBlock(): void {
    const nanoseconds = Math.round((performance.now() - this.#blockedSince) * 1e6);
    this.stats.$add(channelWord.blockedNanoseconds, BigInt(nanoseconds));
    this.#blockedSince = 0;
  }

  /** Where the cell of a position begins, as an index of `words`. */
  protected cellWord(position: number): number {
    return (this.#offset + (position & (this.#capacity - 1)) * this.#strideBytes) >> 2;
  }

  /** Says that the message at a position is whole; for each position once, in order. */
  protected stamp(position: number): void {
    const stamp = wholeStamp(position);
    const word = this.cellWord(position);
    if (stamp === 0) this.#stampHigh += 1;
    this.#words[word + 1] = this.#stampHigh;
    Atomics.store(this.#words, word, stamp);
  }
}
