/**
 * Channels: rings of fixed-size messages from a reactor, read where they lie. A batch yields one
 * view object again and again, so that reading allocates nothing; `toObject()` makes a copy that
 * may be kept. The counterpart is runtime/loom/channel.hpp.
 */
import { BatchSource } from './batches.ts';
import type { ChannelDescriptor } from './descriptor.ts';
import { ringHeaderBytes, ringWord } from './layout.ts';
import type { MessageView } from './message_view.ts';

/** Where the messages of a ring are in the shared block. */
interface RingCells {
  /** Byte offset of the first cell. */
  readonly offset: number;
  /** Cells less one, 2^n - 1: what of a message's number is the number of its cell. */
  readonly mask: number;
  readonly strideBytes: number;
}

/** What an iteration ends with. */
const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The messages that had come when the batch was taken; may be iterated once. It is its own
 * iterator: a method of the class costs less than a closure made for each batch.
 */
export class ChannelBatch<Reader extends MessageView<unknown>>
  implements IterableIterator<Reader, undefined>, Disposable
{
  readonly #channel: Channel<Reader>;
  readonly #cells: RingCells;
  /** The same for every message, so that none of them allocates. */
  readonly #yielded: IteratorYieldResult<Reader>;
  #next: number;
  /** Where the iteration is over: at the end of the batch, or where it was disposed. */
  #stop: number;
  readonly #end: number;
  #disposed = false;

  constructor(channel: Channel<Reader>, reader: Reader, from: number, to: number) {
    this.#channel = channel;
    this.#cells = channel.$cells;
    this.#yielded = { done: false, value: reader };
    this.#next = from;
    this.#stop = to;
    this.#end = to;
  }

  /** Messages that the iteration has not reached. */
  get length(): number {
    return (this.#stop - this.#next) | 0;
  }

  /** The same view object for every message: valid until the next one or the batch's disposal. */
  next(): IteratorResult<Reader, undefined> {
    const next = this.#next;
    if (next === this.#stop) return over;
    const { offset, mask, strideBytes } = this.#cells;
    this.#yielded.value.$at = offset + (next & mask) * strideBytes;
    this.#next = (next + 1) | 0;
    return this.#yielded;
  }

  /** The iteration, which goes on where the last one stopped. */
  [Symbol.iterator](): this {
    return this;
  }

  /** Gives the memory back to the reactor. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stop = this.#next;
    this.#channel.$release(this.#end);
  }
}

/** A channel's reading end. */
export class Channel<Reader extends MessageView<unknown>> extends BatchSource<
  ChannelBatch<Reader>
> {
  readonly #words: Int32Array;
  readonly #dropped: BigUint64Array;
  readonly #tailWord: number;
  readonly #headWord: number;
  /** Where the messages are. */
  readonly $cells: RingCells;
  readonly #reader: Reader;
  readonly #released: () => void;
  #taken: number;
  #tail: number;

  /** `released` is called whenever the reactor got room back. */
  constructor(descriptor: ChannelDescriptor, memory: SharedArrayBuffer, released: () => void) {
    super(descriptor.name);
    this.#words = new Int32Array(memory);
    this.#dropped = new BigUint64Array(memory, descriptor.offset + ringWord.dropped * 4, 1);
    this.#tailWord = descriptor.offset / 4 + ringWord.tail;
    this.#headWord = descriptor.offset / 4 + ringWord.head;
    this.$cells = {
      offset: descriptor.offset + ringHeaderBytes,
      mask: descriptor.capacity - 1,
      strideBytes: descriptor.strideBytes,
    };
    this.#reader = new descriptor.reader(new DataView(memory)) as Reader;
    this.#released = released;
    this.#taken = Atomics.load(this.#words, this.#headWord);
    this.#tail = this.#taken;
  }

  /** Messages that were lost, or replaced while they waited, because the ring was full. */
  get dropped(): bigint {
    return Atomics.load(this.#dropped, 0);
  }

  /** Looks for messages; true when some came since the last look. */
  $refresh(): boolean {
    const before = this.#tail;
    this.#tail = Atomics.load(this.#words, this.#tailWord);
    return this.#tail !== before;
  }

  /** Whether something came that `$refresh` has not seen. */
  $hasMore(): boolean {
    return Atomics.load(this.#words, this.#tailWord) !== this.#tail;
  }

  /** Messages before this number are not needed any more. */
  $release(counter: number): void {
    Atomics.store(this.#words, this.#headWord, counter);
    this.#released();
  }

  /** See BatchSource. */
  protected override $take(): ChannelBatch<Reader> | undefined {
    if (this.#taken === this.#tail) return undefined;
    const from = this.#taken;
    this.#taken = this.#tail;
    return new ChannelBatch(this, this.#reader, from, this.#tail);
  }
}
