/**
 * One loop over a source's batches. It answers one `next()` at a time, gives a batch back when the
 * next is asked for, and once it is over it stays over, whoever reads the source after it.
 */
import { nextTwice } from './lifecycle_errors.ts';

/** What the loop needs of its source. */
export interface IteratedSource<Batch> {
  /** What errors call it, such as 'fds.tcp'. */
  readonly place: string;
  /** A batch of all that is there, or undefined. */
  readonly take: () => Batch | undefined;
  /** Whether nothing comes any more. */
  readonly hasEnded: () => boolean;
  /** The loop is over: another reader may come. */
  readonly left: () => void;
}

/** A `next()` that waits. */
interface Waiting<Batch> {
  readonly resolve: (result: IteratorResult<Batch, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The iterator behind `for await (using batch of source)`. */
export class BatchIterator<Batch extends Disposable>
  implements AsyncIterableIterator<Batch, undefined>
{
  readonly #source: IteratedSource<Batch>;
  readonly #signal: AbortSignal | undefined;
  #held: Batch | undefined;
  #waiting: Waiting<Batch> | undefined;
  #isOver = false;
  readonly #abort = () => {
    const waiting = this.#waiting;
    // With a batch out the loop learns it from the next(), which also gives the batch back.
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#leave();
    waiting.reject(this.#signal?.reason);
  };

  constructor(source: IteratedSource<Batch>, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /**
   * The next batch; the one before is disposed. Rejected with LoomError LOOM6030 while another
   * next() waits, which is not harmed by it, and with the signal's reason once that is aborted.
   */
  next(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#waiting !== undefined) return Promise.reject(nextTwice(this.#source.place));
    this.#giveBack();
    if (this.#isOver) return Promise.resolve(over);
    if (this.#signal?.aborted) {
      this.#leave();
      return Promise.reject(this.#signal.reason);
    }
    this.#held = this.#source.take();
    if (this.#held !== undefined) return Promise.resolve({ done: false, value: this.#held });
    if (this.#source.hasEnded()) {
      this.#leave();
      return Promise.resolve(over);
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Ends the loop: a batch that is out is disposed, a next() that waits says that it is over. */
  return(): Promise<IteratorResult<Batch, undefined>> {
    this.#giveBack();
    this.#leave();
    return Promise.resolve(over);
  }

  /** The loop itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Something may have come: answers the next() that waits. */
  offer(): void {
    if (this.#waiting === undefined) return;
    const batch = this.#source.take();
    if (batch === undefined) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    this.#held = batch;
    resolve({ done: false, value: batch });
  }

  /** Nothing comes any more. */
  end(): void {
    if (this.#waiting !== undefined) this.#leave();
  }

  #giveBack(): void {
    this.#held?.[Symbol.dispose]();
    this.#held = undefined;
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#source.left();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(over);
  }
}
