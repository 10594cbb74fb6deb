/**
 * Where batches come from: what a stream and a channel have in common. A source has one reader at
 * a time, a loop (`for await (using batch of source)`) or a callback (`source.onBatch(…)`), and a
 * reader holds one batch at a time. Until a batch is disposed its memory is not given back to the
 * reactor; this is the backpressure. `pause()` holds batches back in the same way: what comes
 * meanwhile waits in the ring, and the reactor goes on reading its sockets while that has room.
 */
import { BatchIterator } from './batch_iterator.ts';
import { alreadyRead } from './error.ts';
import { listenerThrew } from './lifecycle_errors.ts';
import { type ListenOptions, throwLater } from './listeners.ts';

/** Something that yields batches, which are valid until disposed or until the next one. */
export abstract class BatchSource<Batch extends Disposable> {
  /** The name in the config. */
  readonly name: string;
  /** The program's name, for errors; the link says it. */
  $program = '';
  readonly #kind: 'fds' | 'channels';
  #callback: ((batch: Batch) => void) | undefined;
  #iterator: BatchIterator<Batch> | undefined;
  /** A batch is out to the callback: a loop that begins in it waits for its end. */
  #isCalling = false;
  #paused = false;
  #ended = false;

  /** @param kind where in the config the source is declared. */
  constructor(name: string, kind: 'fds' | 'channels') {
    this.name = name;
    this.#kind = kind;
  }

  /** A batch of all that is there, or undefined. */
  protected abstract $take(): Batch | undefined;

  /** What errors call this source, such as 'fds.tcp'. */
  get $place(): string {
    return `${this.#kind}.${this.name}`;
  }

  /** Whether a loop or a callback reads this source. */
  get $isRead(): boolean {
    return this.#callback !== undefined || this.#iterator !== undefined;
  }

  /** Whether `pause()` holds back its batches. */
  get paused(): boolean {
    return this.#paused;
  }

  /**
   * No batch is given to the reader until `resume()`; one that it holds stays valid. Sockets are
   * read on. What comes waits in the ring: a channel that is full does what its `full` says, and
   * messages of an fd, once they fill their reactor's ring, hold up whatever else it delivers.
   */
  pause(): void {
    if (!this.#ended) this.#paused = true;
  }

  /** Goes on with what has come meanwhile. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    queueMicrotask(() => this.$offer());
  }

  /**
   * Calls `callback` with every batch, which is disposed when the callback returns, until `signal`
   * is aborted. Returns a function that ends this.
   * @throws LoomError LOOM6007 when the source already has a reader.
   */
  onBatch(callback: (batch: Batch) => void, options?: ListenOptions): () => void {
    const signal = options?.signal;
    if (signal?.aborted) return () => undefined;
    this.#refuseSecond();
    // A function of its own, so that one given twice is told from another.
    const own = (batch: Batch) => callback(batch);
    this.#callback = own;
    queueMicrotask(() => this.$offer());
    const off = () => {
      signal?.removeEventListener('abort', off);
      if (this.#callback === own) this.#callback = undefined;
    };
    signal?.addEventListener('abort', off, { once: true });
    return off;
  }

  /**
   * Batches as they come, until the program stops. When `signal` is aborted the loop ends with its
   * reason as an exception.
   * @throws LoomError LOOM6007 when the source already has a reader; the reason of a signal that is
   * aborted already.
   */
  batches(options?: ListenOptions): AsyncIterableIterator<Batch, undefined> {
    options?.signal?.throwIfAborted();
    this.#refuseSecond();
    const iterator = new BatchIterator<Batch>(
      {
        place: this.$place,
        take: () => (this.#paused || this.#isCalling ? undefined : this.$take()),
        hasEnded: () => this.#ended,
        left: () => {
          if (this.#iterator === iterator) this.#iterator = undefined;
        },
      },
      options?.signal,
    );
    this.#iterator = iterator;
    return iterator;
  }

  /** As `batches()` without a signal. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Batch, undefined> {
    return this.batches();
  }

  /** Gives the reader what has come, if it waits for something. */
  $offer(): void {
    if (this.#paused) return;
    if (this.#callback !== undefined) this.#callBack(this.#callback);
    else this.#iterator?.offer();
  }

  /** Nothing comes any more: a pause is over, and a loop ends once it has read what is there. */
  $end(): void {
    this.#ended = true;
    this.#paused = false;
    this.$offer();
    this.#iterator?.end();
  }

  #callBack(callback: (batch: Batch) => void): void {
    const batch = this.$take();
    if (batch === undefined) return;
    this.#isCalling = true;
    try {
      callback(batch);
    } catch (error) {
      throwLater(listenerThrew(this.$program, this.$place, 'its onBatch() callback', error));
    } finally {
      batch[Symbol.dispose]();
      this.#isCalling = false;
      this.#iterator?.offer();
    }
  }

  #refuseSecond(): void {
    if (this.$isRead) throw alreadyRead(this.#kind, this.name);
  }
}
