/**
 * Where batches come from: what a stream and a channel have in common. A source has one reader at
 * a time, either `for await (using batch of source)` or `source.onBatch(…)`, and a reader holds one
 * batch at a time. Until a batch is disposed its memory is not given back to the reactor; this is
 * the backpressure.
 */
import { alreadyRead } from './error.ts';

/** Something that yields batches, which are valid until disposed or until the next one. */
export abstract class BatchSource<Batch extends Disposable> {
  /** The name in the config. */
  readonly name: string;
  #callback: ((batch: Batch) => void) | undefined;
  #isRead = false;
  #ended = false;
  #waiting: ((result: IteratorResult<Batch, undefined>) => void) | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** A batch of all that is there, or undefined. */
  protected abstract $take(): Batch | undefined;

  /** Whether a loop or a callback reads this source. */
  get $isRead(): boolean {
    return this.#isRead;
  }

  /**
   * Calls `callback` with every batch, which is disposed when the callback returns. Returns a
   * function that ends this.
   * @throws LoomError LOOM6007 when the source already has a reader.
   */
  onBatch(callback: (batch: Batch) => void): () => void {
    this.#claim();
    this.#callback = callback;
    queueMicrotask(() => this.$offer());
    return () => {
      if (this.#callback !== callback) return;
      this.#callback = undefined;
      this.#isRead = false;
    };
  }

  /**
   * Batches as they come, until the program stops.
   * @throws LoomError LOOM6007 when the source already has a reader.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Batch, undefined> {
    this.#claim();
    let held: Batch | undefined;
    const disposeHeld = () => {
      held?.[Symbol.dispose]();
      held = undefined;
    };
    const iterator: AsyncIterableIterator<Batch, undefined> = {
      next: async () => {
        disposeHeld();
        const batch = this.$take();
        const result = batch === undefined ? await this.#wait() : { done: false, value: batch };
        held = result.value;
        return result as IteratorResult<Batch, undefined>;
      },
      return: async () => {
        disposeHeld();
        this.#waiting?.({ done: true, value: undefined });
        this.#waiting = undefined;
        this.#isRead = false;
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Gives the reader what has come, if it waits for something. */
  $offer(): void {
    if (this.#callback !== undefined) {
      this.#callBack(this.#callback);
      return;
    }
    if (this.#waiting === undefined) return;
    const batch = this.$take();
    if (batch === undefined) return;
    const resolve = this.#waiting;
    this.#waiting = undefined;
    resolve({ done: false, value: batch });
  }

  /** Nothing comes any more: a loop ends once it has read what is there. */
  $end(): void {
    this.#ended = true;
    this.#waiting?.({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  #callBack(callback: (batch: Batch) => void): void {
    const batch = this.$take();
    if (batch === undefined) return;
    try {
      callback(batch);
    } catch (error) {
      throwLater(error);
    } finally {
      batch[Symbol.dispose]();
    }
  }

  #wait(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #claim(): void {
    if (this.#isRead) throw alreadyRead(this.name);
    this.#isRead = true;
  }
}

/**
 * Makes an error of the user's callback an uncaught exception, as one from an EventEmitter's
 * listener is, without leaving the ring half read.
 */
export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
