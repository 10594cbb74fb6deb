/** Timers without a C++ handler: their expirations come as events. */
import { Listeners, type ListenOptions } from './listeners.ts';

/** Called with the expirations since the last call; more than 1 when JavaScript was late. */
export type TickListener = (expirations: number) => void;

/** The event of a timer. */
interface TimerListeners {
  tick: TickListener;
}

/** A declared timer. */
export class Timer {
  /** The name in the config. */
  readonly name: string;
  readonly $listeners: Listeners<TimerListeners>;

  constructor(name: string) {
    this.name = name;
    this.$listeners = new Listeners<TimerListeners>(`fds.${name}`, ['tick']);
  }

  /** Calls `listener` at every tick, until `signal` is aborted; returns a function that ends it. */
  on(event: 'tick', listener: TickListener, options?: ListenOptions): () => void {
    return this.$listeners.on(event, listener, options);
  }

  /** The next tick's expirations; rejected as `Listeners.once` says. */
  once(event: 'tick', options?: ListenOptions): Promise<[expirations: number]> {
    return this.$listeners.once(event, options);
  }

  /** Calls the listeners. */
  $tick(expirations: number): void {
    this.$listeners.emit('tick', expirations);
  }
}
