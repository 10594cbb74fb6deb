/**
 * Channels from JavaScript to a reactor: messages are written where the reactor reads them, and the
 * reactor is woken only when it sleeps, once for all that was committed. The counterpart is
 * runtime/loom/channel_in.hpp.
 */
import type { MessageWriter } from './message_writer.ts';
import { abortable } from './abortable.ts';
import { cellStampBytes, channelHeaderBytes, channelWord, wholeStamp } from './channel_layout.ts';
import { ChannelStats } from './channel_stats.ts';
import type { PostDescriptor } from './descriptor.ts';
import { channelClosed } from './error.ts';
import type { ListenOptions } from './listeners.ts';
import { makeSettler, type Settler } from './settler.ts';

/** Cells that are cleared together, which then are still in the processor's first cache. */
const longestRun = 64;

/** A channel's writing end. */
export class PostChannel<Writer extends MessageWriter> {
  /** The name in the config. */
  readonly name: string;
  /** What became of its messages. */
  readonly stats: ChannelStats;
  protected readonly words: Int32Array;
  /** The same memory in pieces of 8 bytes, to clear a message before it is written. */
  readonly #pieces: Float64Array;
  readonly #writer: Writer;
  readonly #posted: () => void;
  protected readonly capacity: number;
  /** Messages that were begun, int32 that wraps. */
  protected begun: number;
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
    this.words = new Int32Array(memory);
    this.#pieces = new Float64Array(memory);
    this.#writer = new descriptor.writer(new DataView(memory)) as Writer;
    this.#posted = posted;
    this.#offset = offset + channelHeaderBytes;
    this.#strideBytes = strideBytes;
    this.capacity = capacity;
    this.#overwrites = descriptor.full === 'drop-oldest';
    this.#blocks = descriptor.full === 'block';
    this.#headWord = offset / 4 + channelWord.head;
    this.#tailWord = offset / 4 + channelWord.tail;
    this.#waitsWord = offset / 4 + channelWord.writerWaits;
    this.#head = Atomics.load(this.words, this.#headWord);
    this.#tail = Atomics.load(this.words, this.#tailWord);
    this.begun = this.#tail;
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
    const writer = this.#writer;
    let index = 0;
    try {
      while (index < count) {
        const end = index + this.#beginRun(count - index);
        if (end === index) break;
        for (; index < end; index += 1) {
          writer.$at = this.#placeOf(this.begun) + cellStampBytes;
          fill(writer, index);
          this.begun = (this.begun + 1) | 0;
        }
      }
    } finally {
      this.commit();
    }
    return index;
  }

  /**
   * Begins a message behind those that were begun before; `commit` posts all of them. The same
   * writer each time, its fields set to 0; undefined when there is no room.
   * @throws LoomError LOOM6009 when the program has stopped.
   */
  begin(): Writer | undefined {
    if (!this.#mayBegin()) return undefined;
    const at = this.#placeOf(this.begun);
    this.#clear(at);
    this.begun = (this.begun + 1) | 0;
    this.#writer.$at = at + cellStampBytes;
    return this.#writer;
  }

  /** Posts what was begun since the last time; the reactor is woken if it sleeps. */
  commit(): void {
    if (this.begun === this.#tail) return;
    if (this.#overwrites) {
      for (let position = this.#tail; position !== this.begun; position = (position + 1) | 0) {
        this.stamp(position);
      }
    }
    if (this.begun >>> 0 < this.#tail >>> 0) {
      this.#tailHigh += 1;
      Atomics.store(this.words, this.#tailWord + 1, this.#tailHigh);
    }
    this.#tail = this.begun;
    // Partner: Receiver::look_at_tail.
    Atomics.store(this.words, this.#tailWord, this.#tail);
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

  /** As `writable`; rejected with the signal's reason when that is aborted first. */
  untilWritable(options?: ListenOptions): Promise<void> {
    return abortable(this.writable, options?.signal);
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
    this.begun = (this.begun - 1) | 0;
  }

  /** The message that was begun last is whole; false when it is lost. */
  protected keep(): boolean {
    return true;
  }

  /** @throws LoomError LOOM6009 when the program has stopped. */
  protected checkOpen(): void {
    if (this.#ended) throw channelClosed(this.name);
  }

  /** Whether a message at `position` would find room. */
  protected hasRoom(position: number): boolean {
    if (((position - this.#head) | 0) < this.capacity) return true;
    this.lookAtHead();
    return ((position - this.#head) | 0) < this.capacity;
  }

  /** Tells the reactor that this side waits for room; look once more after it. */
  protected announceWait(): void {
    // Partner: Receiver::release, which exchanges it after it has moved `head`.
    Atomics.exchange(this.words, this.#waitsWord, 1);
  }

  /** Messages that the reactor has read, int32 that wraps. */
  protected lookAtHead(): number {
    this.#head = Atomics.load(this.words, this.#headWord);
    return this.#head;
  }

  /** Whether there is room for a message; without it that is counted. */
  #mayBegin(): boolean {
    this.checkOpen();
    if (!this.#overwrites && !this.hasRoom(this.begun)) return this.#refuse();
    if (this.#blockedSince !== 0 && this.#writable === undefined) this.#endBlock();
    return true;
  }

  /** Clears cells for at most `maximum` messages. Returns for how many; 0 when there is no room. */
  #beginRun(maximum: number): number {
    if (!this.#mayBegin()) return 0;
    const at = this.#placeOf(this.begun);
    if (this.#overwrites) {
      this.#clear(at);
      return 1;
    }
    const room = this.capacity - ((this.begun - this.#head) | 0);
    const untilEnd = this.capacity - (this.begun & (this.capacity - 1));
    const run = Math.min(maximum, room, untilEnd, longestRun);
    // Nobody looks at the stamps of such cells.
    this.#pieces.fill(0, at >> 3, (at + run * this.#strideBytes) >> 3);
    return run;
  }

  /** Makes the cell at `at`, which is begun next, one that nobody reads. */
  #unstamp(at: number): void {
    // Not every message that was begun is visible yet: past a whole ring they would meet.
    if (((this.begun - this.#tail) | 0) === this.capacity) this.commit();
    // Partner: read_cell in channel_overwrite.hpp. An exchange comes before what follows.
    Atomics.exchange(this.words, at >> 2, (wholeStamp(this.begun) - 1) | 0);
  }

  /** Makes the message of the cell at `at` 0: for one, a loop takes a third of what fill() does. */
  #clear(at: number): void {
    if (this.#overwrites) this.#unstamp(at);
    const end = (at + this.#strideBytes) >> 3;
    for (let piece = (at + cellStampBytes) >> 3; piece < end; piece += 1) this.#pieces[piece] = 0;
  }

  /** Where the cell of a position begins. */
  #placeOf(position: number): number {
    return this.#offset + (position & (this.capacity - 1)) * this.#strideBytes;
  }

  #halfFree(): boolean {
    this.lookAtHead();
    return ((this.#tail - this.#head) | 0) <= this.capacity / 2;
  }

  #refuse(): false {
    this.stats.$add(this.#blocks ? channelWord.blocked : channelWord.droppedNewest, 1n);
    if (this.#blocks && this.#blockedSince === 0) this.#blockedSince = performance.now();
    return false;
  }

  #endBlock(): void {
    const nanoseconds = Math.round((performance.now() - this.#blockedSince) * 1e6);
    this.stats.$add(channelWord.blockedNanoseconds, BigInt(nanoseconds));
    this.#blockedSince = 0;
  }

  /** Where the cell of a position begins, as an index of `words`. */
  protected cellWord(position: number): number {
    return this.#placeOf(position) >> 2;
  }

  /** Says that the message at a position is whole; for each position once, in order. */
  protected stamp(position: number): void {
    const stamp = wholeStamp(position);
    const word = this.cellWord(position);
    if (stamp === 0) this.#stampHigh += 1;
    this.words[word + 1] = this.#stampHigh;
    Atomics.store(this.words, word, stamp);
  }
}
