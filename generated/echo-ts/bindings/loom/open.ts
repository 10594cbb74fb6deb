/**
 * open(): starts a program's reactors on threads of their own and gives the object through which
 * JavaScript takes part in it.
 */
import type { ProgramDescriptor } from './descriptor.ts';
import { LoomError } from './error.ts';
import type { NativeAddon, NativeProgram, NativeReport } from './native.ts';
import { HostedState, loadAddon, Notice } from './native.ts';
import {
  type AnyOptions,
  addressesOf,
  checkNames,
  coresOf,
  isHosted,
  logOf,
} from './open_options.ts';
import { ProgramEvents } from './program_events.ts';
import { ReactorLink } from './reactor.ts';
import { Server } from './stream.ts';

export type { OpenOptions } from './open_options.ts';
export type { Program } from './program.ts';

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
  options: AnyOptions,
): Promise<Result> {
  options.signal?.throwIfAborted();
  checkNames(descriptor, options);
  const opening = new OpenProgram(descriptor, loadAddon(descriptor, options.native), options);
  return (await opening.start()) as Result;
}

class OpenProgram {
  readonly #descriptor: ProgramDescriptor;
  readonly #options: AnyOptions;
  readonly #memory: SharedArrayBuffer[];
  readonly #native: NativeProgram;
  readonly #events: ProgramEvents;
  /** This thread turns the reactor; then #isOver says whether that has stopped. */
  readonly #isHosted: boolean;
  #isOver = false;
  readonly #log: (line: string) => void;
  readonly #stopOnAbort = () => void this.stop();
  readonly #stopped: Promise<void>;
  #settleStopped: () => void = () => undefined;
  #links: ReactorLink[] = [];
  #started = false;
  #stopping = false;
  readonly #endedReactors = new Set<number>();

  constructor(descriptor: ProgramDescriptor, addon: NativeAddon, options: AnyOptions) {
    this.#descriptor = descriptor;
    this.#options = options;
    this.#isHosted = isHosted(descriptor, options);
    this.#events = new ProgramEvents(descriptor);
    this.#log = logOf(options);
    this.#memory = descriptor.reactors.map(({ sharedBytes }) => new SharedArrayBuffer(sharedBytes));
    this.#stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
    this.#native = new addon.Program({
      memory: this.#memory.map((memory) => new Uint8Array(memory)),
      cores: coresOf(descriptor, options),
      backend: options.backend ?? null,
      addresses: addressesOf(descriptor, options),
      hosted: this.#isHosted,
      announces: options.log !== undefined,
      notify: (notice, value) => this.#notice(notice, value),
    });
  }

  async start(): Promise<object> {
    // Attached before the threads exist, so that their first messages are not thrown away.
    this.#links = this.#descriptor.reactors.map(
      (reactor, index) =>
        new ReactorLink(reactor, this.#memory[index] as SharedArrayBuffer, {
          wake: () => this.#native.wake(index),
          turn: this.#isHosted ? () => this.#turn() : undefined,
          wait: this.#options.wait,
          program: this.#descriptor.name,
          events: this.#events,
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
    // Also for the end of what was aborted meanwhile: this thread may have to turn it.
    for (const link of this.#links) link.begin();
    if (signal?.aborted) {
      await this.stop();
      throw signal.reason;
    }
    signal?.addEventListener('abort', this.#stopOnAbort, { once: true });
    return this.#describe(report);
  }

  stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      // Of a reactor that this thread turns it is the wish; #turn() sees the end.
      const isWish = this.#isHosted && !this.#isOver;
      const asked = this.#native.stop();
      if (!isWish) void asked.then(() => this.#finish());
    }
    return this.#stopped;
  }

  /** Turns the reactor; true when there is more to do at once. */
  #turn(): boolean {
    const state = this.#native.turn();
    if (state === HostedState.over && !this.#isOver) {
      this.#isOver = true;
      this.#stopping = true;
      void this.#native.stop().then(() => this.#finish());
    }
    return state === HostedState.busy;
  }

  #finish(): void {
    running.delete(this.#native);
    this.#options.signal?.removeEventListener('abort', this.#stopOnAbort);
    for (const link of this.#links) link.end();
    this.#events.listeners.end();
    this.#settleStopped();
  }

  #notice(notice: number, value: string | number | undefined): void {
    if (notice === Notice.wake) for (const link of this.#links) link.pump();
    if (notice === Notice.log) this.#log(String(value));
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
    const { listeners } = this.#events;
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
      closed: this.#stopped,
      stop: () => this.stop(),
      close: () => this.stop(),
      on: listeners.on.bind(listeners),
      once: listeners.once.bind(listeners),
      [Symbol.asyncDispose]: () => this.stop(),
    };
    // One for each instance, in their order.
    const ofGroups: Record<string, object[]> = {};
    const bound = new Map(report.bound.map(({ fd, address }) => [fd, address]));
    for (const [index, link] of this.#links.entries()) {
      const asked = [...link.files, ...link.calls];
      for (const source of [...link.streams, ...link.timers, ...link.passing, ...asked]) {
        program[source.name] = source;
      }
      for (const channel of [...link.channels, ...link.posts]) {
        const isInGroup = reactors[index]?.group !== undefined;
        if (!isInGroup) program[channel.name] = channel;
        else ofGroups[channel.name] = [...(ofGroups[channel.name] ?? []), channel];
      }
      for (const sender of link.senders) {
        program[sender.name] = sender;
        sender.$bind(bound.get(sender.$index) ?? '');
      }
      for (const stream of link.streams) {
        const address = bound.get(stream.$descriptor.index);
        if (stream instanceof Server && address !== undefined) stream.$bind(address);
      }
    }
    for (const [name, members] of Object.entries(ofGroups)) program[name] = Object.freeze(members);
    for (const fd of reactors.flatMap((reactor) => reactor.fds)) {
      if (!fd.native || fd.kind === 'timer' || fd.kind === 'file') continue;
      if (fd.name in program) continue;
      const address = bound.get(fd.index);
      program[fd.name] = address === undefined ? { name: fd.name } : { name: fd.name, address };
    }
    return Object.freeze(program);
  }
}

function startError(report: NativeReport & { ok: false }): LoomError {
  const { code, message, fd, systemError } = report;
  return new LoomError(code, message, fd || undefined, Math.max(0, systemError));
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
