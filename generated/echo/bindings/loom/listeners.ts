/**
 * Events and who listens to them: what streams, timers and the program itself have in common. A
 * listener's exception loses nothing: it becomes an uncaught exception that names the program, the
 * fd and the listener, and the other listeners are still called.
 */
import { endedBefore, listenerThrew } from './lifecycle_errors.ts';

/** How long a listener or a reader stays: until `signal` is aborted. */
export interface ListenOptions {
  /** Ends this when it is aborted; one that is aborted already lets nothing begin. */
  readonly signal?: AbortSignal | undefined;
}

/** What a listener of `Event` is called with; `Events` has a function type for each event. */
export type EventArguments<Events, Event extends keyof Events> = Events[Event] extends (
  ...values: infer Values
) => void
  ? Values
  : never;

/** A promise of `once` that waits, for when nothing comes any more. */
interface Waiting {
  readonly reject: (error: Error) => void;
  readonly event: string;
}

/** The listeners of one place; `Events` has a function type for each event. */
export class Listeners<Events extends object> {
  /** Such as 'fds.tcp', for errors. */
  readonly place: string;
  /** The program's name, for errors; its owner says it. */
  program = '';
  readonly #sets: { readonly [Event in keyof Events]: Set<Events[Event]> };
  readonly #waiting = new Set<Waiting>();
  #ended = false;

  /** @param events the names of all events; others are refused. */
  constructor(place: string, events: readonly (keyof Events & string)[]) {
    this.place = place;
    this.#sets = Object.fromEntries(events.map((event) => [event, new Set()])) as never;
  }

  /**
   * Calls `listener` at every such event; returns a function that ends this.
   * @throws TypeError for an event that does not exist.
   */
  on<Event extends keyof Events & string>(
    event: Event,
    listener: Events[Event],
    options?: ListenOptions,
  ): () => void {
    const listeners = this.#of(event);
    const signal = options?.signal;
    if (signal?.aborted) return () => undefined;
    listeners.add(listener);
    const off = () => {
      listeners.delete(listener);
      signal?.removeEventListener('abort', off);
    };
    signal?.addEventListener('abort', off, { once: true });
    return off;
  }

  /**
   * What the next such event tells. Rejected with the signal's reason when that is aborted first,
   * with LoomError LOOM6033 when the program ends first.
   */
  once<Event extends keyof Events & string>(
    event: Event,
    options?: ListenOptions,
  ): Promise<EventArguments<Events, Event>> {
    const signal = options?.signal;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#ended) throw endedBefore(this.program, this.place, event);
      const waiting = { reject: (error: Error) => settle(() => reject(error)), event };
      const abort = () => settle(() => reject(signal?.reason));
      const off = this.on(event, ((...values: EventArguments<Events, Event>) =>
        settle(() => resolve(values))) as Events[Event]);
      const settle = (how: () => void) => {
        off();
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(waiting);
        how();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.add(waiting);
    });
  }

  /** Whether anybody listens to `event`. */
  has(event: keyof Events & string): boolean {
    return this.#of(event).size > 0;
  }

  /** Calls the listeners of `event` with `values`. */
  emit<Event extends keyof Events & string>(
    event: Event,
    ...values: EventArguments<Events, Event>
  ): void {
    for (const listener of this.#of(event)) {
      try {
        (listener as (...values: EventArguments<Events, Event>) => void)(...values);
      } catch (error) {
        throwLater(
          listenerThrew(this.program, this.place, `a listener of its '${event}' event`, error),
        );
      }
    }
  }

  /** Nothing comes any more: whoever waits for something is told so. */
  end(): void {
    this.#ended = true;
    for (const { reject, event } of [...this.#waiting]) {
      reject(endedBefore(this.program, this.place, event));
    }
  }

  #of<Event extends keyof Events & string>(event: Event): Set<Events[Event]> {
    if (!Object.hasOwn(this.#sets, event)) {
      const known = Object.keys(this.#sets).join("', '");
      throw new TypeError(`${this.place} has no event '${event}'; it has '${known}'`);
    }
    return this.#sets[event];
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
