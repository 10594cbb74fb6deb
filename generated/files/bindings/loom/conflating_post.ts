/**
 * Channels from JavaScript that conflate: a message is filled outside of the ring, because what
 * becomes of it shows when it is whole. By key it takes the place of the unread one of its key;
 * without a key it waits here for room, and a newer one takes its place. The same as Publisher in
 * runtime/loom/channel.hpp does for reactors.
 */
import { cellStampBytes, channelWord, wholeStamp } from './channel_layout.ts';
import type { KeyDescriptor, PostDescriptor } from './descriptor.ts';
import { KeyTable } from './key_table.ts';
import type { MessageWriter } from './message_writer.ts';
import { PostChannel } from './post_channel.ts';

const stampWords = cellStampBytes / 4;

/** A writing end whose messages are filled outside of the ring. */
abstract class StagedPostChannel<Writer extends MessageWriter> extends PostChannel<Writer> {
  /** The message that was begun last, and the writer that fills it. */
  protected readonly staged: Int32Array;
  readonly #filling: Writer;
  #isStaged = false;
  /** Outcomes since the last `commit`, which counts them together. */
  #conflated = 0;
  #dropped = 0;

  constructor(descriptor: PostDescriptor, memory: SharedArrayBuffer, posted: () => void) {
    super(descriptor, memory, posted);
    const bytes = new ArrayBuffer(descriptor.strideBytes - cellStampBytes);
    this.staged = new Int32Array(bytes);
    this.#filling = new descriptor.writer(new DataView(bytes)) as Writer;
  }

  /** As in any channel, but each message is placed when it is whole. */
  override postMany(count: number, fill: (writer: Writer, index: number) => void): number {
    let kept = 0;
    try {
      for (let index = 0; index < count; index += 1) {
        const writer = this.begin();
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

  /** Begins a message as in any channel; what became of the one before shows in `stats`. */
  override begin(): Writer {
    this.checkOpen();
    this.keep();
    this.staged.fill(0);
    this.#isStaged = true;
    return this.#filling.$show(0);
  }

  /** Posts what was begun since the last time and has not replaced another message. */
  override commit(): void {
    this.keep();
    if (this.#conflated > 0) this.stats.$add(channelWord.conflated, BigInt(this.#conflated));
    if (this.#dropped > 0) this.stats.$add(channelWord.droppedNewest, BigInt(this.#dropped));
    this.#conflated = 0;
    this.#dropped = 0;
    this.publish();
  }

  /** Shows the reactor what is in the ring. */
  protected publish(): void {
    super.commit();
  }

  /** What becomes of the message in `staged`; false when it is lost. */
  protected abstract place(): boolean;

  protected override keep(): boolean {
    if (!this.#isStaged) return true;
    this.#isStaged = false;
    return this.place();
  }

  protected override forget(): void {
    this.#isStaged = false;
  }

  /** Writes a message behind those that were begun, where there is room. */
  protected append(message: Int32Array): void {
    this.words.set(message, this.cellWord(this.begun) + stampWords);
    this.stamp(this.begun);
    this.begun = (this.begun + 1) | 0;
  }

  /** A newer message took the place of an older one. */
  protected countConflated(): true {
    this.#conflated += 1;
    return true;
  }

  /** A message found no room. */
  protected countDropped(): false {
    this.#dropped += 1;
    return false;
  }
}

/** The ring holds at most one unread message of each key. */
class KeyedPostChannel<Writer extends MessageWriter> extends StagedPostChannel<Writer> {
  readonly #table: KeyTable;
  readonly #key: KeyDescriptor;
  /** The ring and the message that is filled, seen as bytes. */
  readonly #ring: DataView;
  readonly #message: DataView;
  /** Messages before this one were read, and their keys are forgotten; int32 that wraps. */
  #reclaimed: number;
  #low = 0;
  #high = 0;

  constructor(
    descriptor: PostDescriptor,
    key: KeyDescriptor,
    memory: SharedArrayBuffer,
    posted: () => void,
  ) {
    super(descriptor, memory, posted);
    this.#table = new KeyTable(this.capacity);
    this.#key = key;
    this.#ring = new DataView(memory);
    this.#message = new DataView(this.staged.buffer);
    this.#reclaimed = this.lookAtHead();
  }

  protected override place(): boolean {
    this.#readKey(this.#message, 0);
    const low = this.#low;
    const high = this.#high;
    const position = this.#table.find(low, high);
    if (position !== undefined && this.#replace(position)) return this.countConflated();
    this.#reclaim();
    if (((this.begun - this.#reclaimed) | 0) >= this.capacity) return this.countDropped();
    this.#table.set(low, high, this.begun);
    this.append(this.staged);
    return true;
  }

  /** Writes over the message at `position`; false when the reactor has taken it. */
  #replace(position: number): boolean {
    const word = this.cellWord(position);
    const stamp = wholeStamp(position);
    // Partner: UnreadCursor::claim, which exchanges all 64 bits; one of the two has the cell.
    const found = Atomics.compareExchange(this.words, word, stamp, (stamp - 1) | 0);
    if (found !== stamp) return false;
    this.words.set(this.staged, word + stampWords);
    Atomics.store(this.words, word, stamp);
    return true;
  }

  /** Takes back cells that were read, with their keys: two for each message, as channel.hpp. */
  #reclaim(): void {
    const head = this.lookAtHead();
    for (let n = 0; n < 2; n += 1) {
      if (this.#reclaimed === head) return;
      this.#readKey(this.#ring, this.cellWord(this.#reclaimed) * 4 + cellStampBytes);
      this.#table.forget(this.#low, this.#high, this.#reclaimed);
      this.#reclaimed = (this.#reclaimed + 1) | 0;
    }
  }

  /** The bits of the key of the message that begins `at` bytes into `view`. */
  #readKey(view: DataView, at: number): void {
    const { offset, bytes } = this.#key;
    const from = at + offset;
    this.#high = 0;
    if (bytes === 1) this.#low = view.getUint8(from);
    else if (bytes === 2) this.#low = view.getUint16(from, true);
    else this.#low = view.getInt32(from, true);
    if (bytes === 8) this.#high = view.getInt32(from + 4, true);
  }
}

/** Past a full ring one message waits here, the newest. */
class LatestPostChannel<Writer extends MessageWriter> extends StagedPostChannel<Writer> {
  readonly #pending: Int32Array;
  #waits = false;

  constructor(descriptor: PostDescriptor, memory: SharedArrayBuffer, posted: () => void) {
    super(descriptor, memory, posted);
    this.#pending = new Int32Array(this.staged.length);
  }

  override $hasRoom(): boolean {
    return this.#waits && this.hasRoom(this.begun);
  }

  override $check(): void {
    if (this.#waits && this.#flush()) this.publish();
  }

  protected override place(): boolean {
    const isConflated = this.#waits && !this.#flush();
    if (isConflated) this.countConflated();
    else if (this.hasRoom(this.begun)) {
      this.append(this.staged);
      return true;
    }
    this.#pending.set(this.staged);
    this.#waits = true;
    // Room that was made meanwhile is seen here, or the reactor sees that it is waited for.
    this.#flush();
    return true;
  }

  /** Writes the message that waits, where there is room for it; else asks to be woken for it. */
  #flush(): boolean {
    if (!this.hasRoom(this.begun)) {
      this.announceWait();
      if (!this.hasRoom(this.begun)) return false;
    }
    this.append(this.#pending);
    this.#waits = false;
    return true;
  }
}

/** The writing end of a channel, as its policy wants messages to be placed. */
export function postChannelOf(
  descriptor: PostDescriptor,
  memory: SharedArrayBuffer,
  posted: () => void,
): PostChannel<never> {
  const { full, key } = descriptor;
  if (key !== undefined) return new KeyedPostChannel<never>(descriptor, key, memory, posted);
  const Kind = full === 'conflate' ? LatestPostChannel : PostChannel;
  return new Kind<never>(descriptor, memory, posted);
}
