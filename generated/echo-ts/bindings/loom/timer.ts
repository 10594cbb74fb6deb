/** Timers without a C++ handler: their expirations come as events. */
import { throwLater } from './batches.ts';

/** Called with the expirations since the last call; more than 1 when JavaScript was late. */
export type TickListener = (expirations: number) => void;

/** A declared timer. */
export class Timer {
  /** The name in the config. */
  readonly name: string;
  readonly #listeners = new Set<TickListener>();

  constructor(name: string) {
    this.name = name;
  }

  /** Calls `listener` at every tick; returns a function that ends this. */
  on(event: 'tick', listener: TickListener): () => void {
    if (event !== 'tick') throw new TypeError(`a timer has the event 'tick', not '${event}'`);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls the listeners. */
  $tick(expirations: number): void {
    for (const listener of this.#listeners) {
      try {
        listener(expirations);
      } catch (error) {
        throwLater(error);
      }
    }
  }
}
