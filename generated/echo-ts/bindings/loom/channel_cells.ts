/**
 * How the messages of a channel are taken, which depends on what its writer may still do to them:
 * nothing, replace those that nobody has taken, or overwrite the oldest at any time.
 */
import { cellStampBytes, channelHeaderBytes, channelWord, wholeStamp } from './channel_layout.ts';
import type { ChannelStats } from './channel_stats.ts';
import type { CellsDescriptor } from './descriptor.ts';

/** Where the messages of a ring are in the memory that readers see. */
export interface RingCells {
  /** Byte offset of the first message. */
  readonly offset: number;
  /** Cells less one, 2^n - 1: what of a message's number is the number of its cell. */
  readonly mask: number;
  readonly strideBytes: number;
}

/** Where the cells of a channel are. */
type CellsAt = Pick<CellsDescriptor, 'offset' | 'capacity' | 'strideBytes'>;

/** Takes the messages of one channel in order. Their numbers are int32, so that they wrap. */
export class Cells {
  /** What readers see, and where messages are in it. */
  readonly view: DataView;
  readonly ring: RingCells;
  /** The messages taken last: from the first, to before the second. */
  from: number;
  to: number;
  protected readonly words: Int32Array;
  protected readonly channel: CellsAt;
  protected readonly headWord: number;
  protected readonly tailWord: number;
  #seen: number;

  constructor(channel: CellsAt, memory: ArrayBufferLike, view: DataView, offset: number) {
    this.words = new Int32Array(memory);
    this.channel = channel;
    this.view = view;
    this.ring = { offset, mask: channel.capacity - 1, strideBytes: channel.strideBytes };
    this.headWord = channel.offset / 4 + channelWord.head;
    this.tailWord = channel.offset / 4 + channelWord.tail;
    this.to = Atomics.load(this.words, this.headWord);
    this.from = this.to;
    this.#seen = this.to;
  }

  /** Looks for messages; true when some came since the last look. */
  refresh(): boolean {
    const before = this.#seen;
    this.#seen = Atomics.load(this.words, this.tailWord);
    return this.#seen !== before;
  }

  /** Whether something came that `refresh` has not seen. */
  hasMore(): boolean {
    return Atomics.load(this.words, this.tailWord) !== this.#seen;
  }

  /** Whether no further message fits. */
  isFull(): boolean {
    const head = Atomics.load(this.words, this.headWord);
    return ((Atomics.load(this.words, this.tailWord) - head) | 0) > this.ring.mask;
  }

  /** Takes what `refresh` saw: `from` to `to`. False when that is nothing. */
  take(): boolean {
    this.from = this.to;
    this.to = this.#seen;
    return this.from !== this.to;
  }

  /** Messages before this number are not needed any more. */
  release(counter: number): void {
    Atomics.store(this.words, this.headWord, counter);
  }

  /** Where the stamp of a message is, as an index of `words`. */
  protected stampWord(position: number): number {
    const { offset, capacity, strideBytes } = this.channel;
    return (offset + channelHeaderBytes + (position & (capacity - 1)) * strideBytes) / 4;
  }
}

/** The writer replaces messages that nobody has taken: taking one is an exchange of its stamp. */
class KeyedCells extends Cells {
  #heldUp = false;

  override refresh(): boolean {
    return super.refresh() || this.#heldUp;
  }

  override hasMore(): boolean {
    return super.hasMore() || this.#heldUp;
  }

  override take(): boolean {
    const first = this.to;
    super.take();
    let position = first;
    while (position !== this.to) {
      const stamp = wholeStamp(position);
      // Partner: Publisher::replace; one of the two has the cell.
      const found = Atomics.compareExchange(
        this.words,
        this.stampWord(position),
        stamp,
        (stamp + 1) | 0,
      );
      if (found !== stamp) break;
      position = (position + 1) | 0;
    }
    // The writer is in that cell at this moment: it and what follows are for the next look.
    this.#heldUp = position !== this.to;
    this.to = position;
    return this.from !== this.to;
  }
}

const wordRange = 2 ** 32;

/** What overwritten cells are made of. */
export interface OverwrittenOptions {
  readonly channel: CellsAt;
  /** Only read unless `start` is 'head'. */
  readonly memory: ArrayBufferLike;
  /**
   * Where reading begins: behind what was read, which is then told in the header; or at the oldest
   * message that is there, for readers of other processes.
   */
  readonly start: 'head' | 'oldest';
  /** Told of messages that were overwritten before they were read. */
  readonly lose: (messages: number) => void;
}

/** The writer overwrites the oldest: messages are copied, and those that were lost are counted. */
export class OverwrittenCells extends Cells {
  readonly #source: Uint8Array;
  readonly #copy: Uint8Array;
  readonly #lose: (messages: number) => void;
  /** Exchanged behind each copy: the header's head, or a word of this reader's own. */
  readonly #fence: Int32Array;
  readonly #fenceWord: number;
  /** Numbers that do not wrap: of the next message, and of the first that `refresh` did not see. */
  #next: number;
  #tail: number;

  constructor({ channel, memory, start, lose }: OverwrittenOptions) {
    const bytes = channel.capacity * channel.strideBytes;
    const copy = new ArrayBuffer(bytes);
    super(channel, memory, new DataView(copy), cellStampBytes);
    this.#source = new Uint8Array(memory, channel.offset + channelHeaderBytes, bytes);
    this.#copy = new Uint8Array(copy);
    this.#lose = lose;
    this.#tail = this.#readTail();
    const isOwn = start === 'oldest';
    this.#fence = isOwn ? new Int32Array(new SharedArrayBuffer(4)) : this.words;
    this.#fenceWord = isOwn ? 0 : this.headWord;
    const behind = isOwn ? channel.capacity : (this.#tail - this.to) >>> 0;
    this.#next = Math.max(0, this.#tail - behind);
    if (isOwn) this.#tail = this.#next;
  }

  /** See Cells. */
  override refresh(): boolean {
    const before = this.#tail;
    this.#tail = this.#readTail();
    return this.#tail !== before;
  }

  /** See Cells. */
  override hasMore(): boolean {
    return this.#readTail() !== this.#tail;
  }

  /** Copies what `refresh` saw and keeps of it what was whole. */
  override take(): boolean {
    const { capacity } = this.channel;
    const first = Math.max(this.#next, this.#tail - capacity);
    this.#copyCells(first, this.#tail);
    // An exchange, not a store: the copy was made before it, on every machine.
    Atomics.exchange(this.#fence, this.#fenceWord, this.#tail | 0);
    const oldest = this.#readTail() - capacity;
    // The writer is perhaps in the cell of the oldest by now.
    const isWhole =
      oldest >= first &&
      oldest < this.#tail &&
      Atomics.load(this.words, this.stampWord(oldest)) === wholeStamp(oldest);
    const whole = Math.min(Math.max(first, isWhole ? oldest : oldest + 1), this.#tail);
    const start = oldest < first ? first : whole;
    if (start > this.#next) this.#lose(start - this.#next);
    this.from = start | 0;
    this.to = this.#tail | 0;
    this.#next = this.#tail;
    return this.from !== this.to;
  }

  /** Nothing: the batch is a copy. */
  override release(): void {}

  #copyCells(from: number, to: number): void {
    const { capacity, strideBytes } = this.channel;
    const first = from % capacity;
    const count = to - from;
    const untilEnd = Math.min(count, capacity - first);
    const copy = (start: number, end: number): void =>
      this.#copy.set(this.#source.subarray(start, end), start);
    copy(first * strideBytes, (first + untilEnd) * strideBytes);
    if (untilEnd < count) copy(0, (count - untilEnd) * strideBytes);
  }

  /** The whole counter, of which the writer stores both halves at once. */
  #readTail(): number {
    for (;;) {
      const high = Atomics.load(this.words, this.tailWord + 1);
      const low = Atomics.load(this.words, this.tailWord) >>> 0;
      if (Atomics.load(this.words, this.tailWord + 1) === high) return high * wordRange + low;
    }
  }
}

/** The cells of a channel, as its policy wants them to be taken. */
export function cellsOf(
  channel: CellsDescriptor,
  memory: SharedArrayBuffer,
  stats: ChannelStats,
): Cells {
  if (channel.full === 'drop-oldest') {
    const lose = (messages: number) => stats.$add(channelWord.droppedOldest, BigInt(messages));
    return new OverwrittenCells({ channel, memory, start: 'head', lose });
  }
  const Kind = channel.full === 'conflate-by-key' ? KeyedCells : Cells;
  const offset = channel.offset + channelHeaderBytes + cellStampBytes;
  return new Kind(channel, memory, new DataView(memory), offset);
}
