/**
 * Channels: rings of fixed-size messages from a reactor, read where they lie. A batch yields one
 * view object again and again, so that reading allocates nothing; `toObject()` makes a copy that
 * may be kept. The counterpart is runtime/loom/channel.hpp; post_channel.ts is the other direction.
 */
import { BatchSource } from './batches.ts';
import { type Cells, cellsOf, type RingCells } from './channel_cells.ts';
import { ChannelStats } from './channel_stats.ts';
import type { ChannelDescriptor } from './descriptor.ts';
import type { MessageView } from './message_view.ts';

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
    this.#cells = channel.$ring;
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
  /** What became of its messages. */
  readonly stats: ChannelStats;
  readonly #cells: Cells;
  readonly #reader: Reader;
  readonly #released: () => void;

  /** `released` is called whenever the reactor got room back. */
  constructor(descriptor: ChannelDescriptor, memory: SharedArrayBuffer, released: () => void) {
    super(descriptor.name, 'channels');
    this.stats = new ChannelStats(memory, descriptor.offset, descriptor.capacity);
    this.#cells = cellsOf(descriptor, memory, this.stats);
    this.#reader = new descriptor.reader(this.#cells.view) as Reader;
    this.#released = released;
  }

  /** Messages that were not delivered: lost, or replaced by newer ones. */
  get dropped(): bigint {
    const { droppedNewest, droppedOldest, conflated } = this.stats;
    return droppedNewest + droppedOldest + conflated;
  }

  /** Where the messages are. */
  get $ring(): RingCells {
    return this.#cells.ring;
  }

  /** Looks for messages; true when some came since the last look. */
  $refresh(): boolean {
    return this.#cells.refresh();
  }

  /** Whether something came that `$refresh` has not seen. */
  $hasMore(): boolean {
    return this.#cells.hasMore();
  }

  /** Whether no further message fits. */
  get $isFull(): boolean {
    return this.#cells.isFull();
  }

  /** Messages before this number are not needed any more. */
  $release(counter: number): void {
    this.#cells.release(counter);
    this.#released();
  }

  /** See BatchSource. */
  protected override $take(): ChannelBatch<Reader> | undefined {
    const cells = this.#cells;
    return cells.take() ? new ChannelBatch(this, this.#reader, cells.from, cells.to) : undefined;
  }
}
