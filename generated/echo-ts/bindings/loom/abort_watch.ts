/** Signals that cancel requests: one listener for each signal, however many requests it cancels. */

/** Watches the signals of what is numbered; `cancel` is called for each number of one aborted. */
export class AbortWatch {
  /** The signal of each number. */
  readonly #signals: (AbortSignal | undefined)[];
  /** How many numbers each signal has. */
  readonly #counts = new Map<AbortSignal, number>();
  readonly #onAbort: (event: Event) => void;

  /** Numbers are 0 to count - 1. */
  constructor(count: number, cancel: (number: number) => void) {
    this.#signals = new Array(count).fill(undefined);
    this.#onAbort = ({ target }) => {
      for (const [number, signal] of this.#signals.entries()) if (signal === target) cancel(number);
    };
  }

  /** From now on the abortion of `signal` cancels `number`. */
  watch(number: number, signal: AbortSignal): void {
    const count = this.#counts.get(signal) ?? 0;
    if (count === 0) signal.addEventListener('abort', this.#onAbort);
    this.#counts.set(signal, count + 1);
    this.#signals[number] = signal;
  }

  /** The signal of `number`, if it has one. */
  signalOf(number: number): AbortSignal | undefined {
    return this.#signals[number];
  }

  /** `number` is over. */
  forget(number: number): void {
    const signal = this.#signals[number];
    if (signal === undefined) return;
    this.#signals[number] = undefined;
    const count = (this.#counts.get(signal) ?? 1) - 1;
    if (count > 0) {
      this.#counts.set(signal, count);
      return;
    }
    this.#counts.delete(signal);
    signal.removeEventListener('abort', this.#onAbort);
  }
}
