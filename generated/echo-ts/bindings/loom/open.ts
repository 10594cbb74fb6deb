/**
 * open(): starts a program's reactors on threads of their own and gives the object through which
 * JavaScript takes part in it.
 */
import { getSystemErrorName } from 'node:util';
import type { ProgramDescriptor } from './descriptor.ts';
import { LoomError, unknownName } from './error.ts';
import type { NativeAddon, NativeProgram, NativeReport } from './native.ts';
import { loadAddon, Notice } from './native.ts';
import { type JavaScriptWait, ReactorLink } from './reactor.ts';
import type { ReactorStats } from './stats.ts';
import { Server } from './stream.ts';

/** How a program is started; `Reactor` and `Address` are the names the config declares. */
export interface OpenOptions<Reactor extends string, Address extends string> {
  /** Stops the program when it is aborted; loops over its sources then end. */
  readonly signal?: AbortSignal | undefined;
  /** Cores instead of the declared ones. */
  readonly cores?: { readonly [Name in Reactor]?: number | 'any' | undefined } | undefined;
  /** This backend or none, instead of the first declared one that works. */
  readonly backend?: 'io_uring' | 'epoll' | undefined;
  /** Addresses instead of the declared ones: 'host:port', '[v6]:port' or a path. */
  readonly addresses?: { readonly [Name in Address]?: string | undefined } | undefined;
  /** Receives what the reactors have to say, a line at a time; by default nobody does. */
  readonly log?: ((line: string) => void) | undefined;
  /** Path of the addon instead of the places where the build puts it. */
  readonly native?: string | undefined;
  /**
   * What JavaScript does while nothing comes. `spin`: looks in every turn of the event loop and
   * never sleeps; about 1 µs until it sees a message, for a whole core. `wake`: sleeps at once and
   * is woken by the first message of a batch, which costs 10 to 30 µs and the least CPU.
   * `{ idleTurns: n }`: looks for n empty turns and then sleeps.
   * @default { idleTurns: 4 }
   */
  readonly wait?: JavaScriptWait | undefined;
}

/** What every program has; its fds and channels are added by name. */
export interface Program<Reactor extends string> extends AsyncDisposable {
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
  /** Ends the reactors: what is queued is sent for a moment, then every connection is closed. */
  stop(): Promise<void>;
}

/** Programs whose threads run: they end before the process does. */
const running = new Set<NativeProgram>();
let exitIsWatched = false;

/**
 * Starts the program that `descriptor` describes.
 * @throws LoomError when it cannot start: the code, the fd, what happened and what to do. The
 * signal's reason when that was aborted first.
 */
export async function openProgram<Result>(
  descriptor: ProgramDescriptor,
  options: OpenOptions<string, string>,
): Promise<Result> {
  options.signal?.throwIfAborted();
  checkNames(descriptor, options);
  const opening = new OpenProgram(descriptor, loadAddon(descriptor, options.native), options);
  return (await opening.start()) as Result;
}

class OpenProgram {
  readonly #descriptor: ProgramDescriptor;
  readonly #options: OpenOptions<string, string>;
  readonly #memory: SharedArrayBuffer[];
  readonly #native: NativeProgram;
  readonly #stopOnAbort = () => void this.stop();
  readonly #stopped: Promise<void>;
  #settleStopped: () => void = () => undefined;
  #links: ReactorLink[] = [];
  #started = false;
  #stopping = false;
  readonly #endedReactors = new Set<number>();

  constructor(
    descriptor: ProgramDescriptor,
    addon: NativeAddon,
    options: OpenOptions<string, string>,
  ) {
    this.#descriptor = descriptor;
    this.#options = options;
    this.#memory = descriptor.reactors.map(({ sharedBytes }) => new SharedArrayBuffer(sharedBytes));
    this.#stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
    this.#native = new addon.Program({
      memory: this.#memory.map((memory) => new Uint8Array(memory)),
      cores: descriptor.reactors.map(({ name }) => coreNumber(options.cores?.[name])),
      backend: options.backend ?? null,
      addresses: Object.entries(options.addresses ?? {}).filter(isGiven),
      notify: (notice, value) => this.#notice(notice, value),
    });
  }

  async start(): Promise<object> {
    // Attached before the threads exist, so that their first messages are not thrown away.
    this.#links = this.#descriptor.reactors.map(
      (reactor, index) =>
        new ReactorLink(reactor, this.#memory[index] as SharedArrayBuffer, {
          wake: () => this.#native.wake(index),
          wait: this.#options.wait,
        }),
    );
    for (const link of this.#links) link.attach();
    watchExit(this.#native);
    const report = await this.#native.start();
    if (!report.ok) {
      this.#finish();
      throw startError(report);
    }
    this.#started = true;
    this.#stopWithReactors();
    const { signal } = this.#options;
    if (signal?.aborted) {
      await this.stop();
      throw signal.reason;
    }
    signal?.addEventListener('abort', this.#stopOnAbort, { once: true });
    for (const link of this.#links) link.begin();
    return this.#describe(report);
  }

  stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      void this.#native.stop().then(() => this.#finish());
    }
    return this.#stopped;
  }

  #finish(): void {
    running.delete(this.#native);
    this.#options.signal?.removeEventListener('abort', this.#stopOnAbort);
    for (const link of this.#links) link.end();
    this.#settleStopped();
  }

  #notice(notice: number, value: string | number | undefined): void {
    if (notice === Notice.wake) for (const link of this.#links) link.pump();
    if (notice === Notice.log) this.#options.log?.(String(value));
    if (notice === Notice.stopped) {
      this.#endedReactors.add(Number(value));
      this.#stopWithReactors();
    }
  }

  /** A handler stopped the program: nobody but us will join the threads. */
  #stopWithReactors(): void {
    if (this.#started && this.#endedReactors.size === this.#links.length) void this.stop();
  }

  #describe(report: NativeReport & { ok: true }): object {
    const { reactors, name } = this.#descriptor;
    const program: Record<PropertyKey, unknown> = {
      name,
      backend: Object.fromEntries(
        reactors.map((reactor, index) => [
          reactor.name,
          { name: report.reactors[index]?.backend, reason: report.reactors[index]?.reason },
        ]),
      ),
      stats: Object.fromEntries(
        reactors.map((reactor, index) => [reactor.name, this.#links[index]?.stats]),
      ),
      stopped: this.#stopped,
      stop: () => this.stop(),
      [Symbol.asyncDispose]: () => this.stop(),
    };
    const bound = new Map(report.bound.map(({ fd, address }) => [fd, address]));
    for (const link of this.#links) {
      const channels = [...link.channels, ...link.posts, ...link.passing];
      for (const source of [...link.streams, ...link.timers, ...channels]) {
        program[source.name] = source;
      }
      for (const stream of link.streams) {
        const address = bound.get(stream.$descriptor.index);
        if (stream instanceof Server && address !== undefined) stream.$bind(address);
      }
    }
    for (const fd of reactors.flatMap((reactor) => reactor.fds)) {
      if (!fd.native || fd.kind === 'timer' || fd.kind === 'file') continue;
      const address = bound.get(fd.index);
      program[fd.name] = address === undefined ? { name: fd.name } : { name: fd.name, address };
    }
    return Object.freeze(program);
  }
}

function isGiven(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}

function coreNumber(core: number | 'any' | undefined): number {
  if (core === undefined) return -2;
  return core === 'any' ? -1 : core;
}

function startError(report: NativeReport & { ok: false }): LoomError {
  const systemError = report.systemError > 0 ? getSystemErrorName(-report.systemError) : undefined;
  return new LoomError(report.code, report.message, report.fd || undefined, systemError);
}

function checkNames(descriptor: ProgramDescriptor, options: OpenOptions<string, string>): void {
  const reactors = descriptor.reactors.map(({ name }) => name);
  for (const name of Object.keys(options.cores ?? {})) {
    if (!reactors.includes(name)) throw unknownName('cores', name, reactors);
  }
  const fds = descriptor.reactors
    .flatMap((reactor) => reactor.fds)
    .filter(({ kind }) => kind !== 'timer')
    .map(({ name }) => name);
  for (const name of Object.keys(options.addresses ?? {})) {
    if (!fds.includes(name)) throw unknownName('addresses', name, fds);
  }
}

/** Ends the threads of programs that still run when the process does. */
function watchExit(program: NativeProgram): void {
  running.add(program);
  if (exitIsWatched) return;
  exitIsWatched = true;
  process.on('exit', () => {
    for (const each of running) each.stopNow();
  });
}
