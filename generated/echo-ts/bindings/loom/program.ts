/** What every running program offers; its fds and channels are added by name. */
import type { EventArguments, ListenOptions } from './listeners.ts';
import type { ProgramListeners } from './program_events.ts';
import type { ReactorStats } from './stats.ts';

/** A running program; the type parameters are the names that its config declares. */
export interface Program<
  Reactor extends string,
  Client extends string = string,
  Fd extends string = string,
  Channel extends string = string,
> extends AsyncDisposable {
  /** The program's name in the config. */
  readonly name: string;
  /** Which backend each reactor runs on, and why that one. */
  readonly backend: {
    readonly [Name in Reactor]: { readonly name: 'io_uring' | 'epoll'; readonly reason: string };
  };
  /** Live counters of each reactor. */
  readonly stats: { readonly [Name in Reactor]: ReactorStats };
  /** Fulfilled when all reactor threads have ended, whatever ended them. */
  readonly stopped: Promise<void>;
  /** The same promise as `stopped`. */
  readonly closed: Promise<void>;
  /** Ends the reactors: what is queued is sent for a moment, then every connection is closed. */
  stop(): Promise<void>;
  /** The same as `stop()`, for who expects what was opened to be closed. */
  close(): Promise<void>;
  /**
   * Calls `listener` at every such event of the program, until `signal` is aborted; returns a
   * function that ends this.
   */
  on<Event extends keyof ProgramListeners>(
    event: Event,
    listener: ProgramListeners<Reactor, Client, Fd, Channel>[Event],
    options?: ListenOptions,
  ): () => void;
  /**
   * What the next such event tells: `const [gap] = await feed.once('gap')`. Rejected with the
   * signal's reason, and with LoomError LOOM6033 when the program ends first.
   */
  once<Event extends keyof ProgramListeners>(
    event: Event,
    options?: ListenOptions,
  ): Promise<EventArguments<ProgramListeners<Reactor, Client, Fd, Channel>, Event>>;
}
