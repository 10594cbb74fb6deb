/**
 * What a scenario sees: one fresh program, its peers, and the transcript that grows while it is
 * played. The transcript holds what no backend may change: per connection the handler's events in
 * order, what peers saw, and a few counters. Connections are named by their story, not by number.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Listener } from './listener.ts';
import { Peer } from './peer.ts';
import { type Ending, type Noted, Program } from './program.ts';

/** The executables a scenario may start. */
export interface Executables {
  server: string;
  client: string;
  descriptors: string;
  datagrams: string;
  narrow: string;
  deaf: string;
}

/** How programs are started. */
export interface Stage {
  executables: Executables;
  backend: 'io_uring' | 'epoll' | 'kqueue' | 'iocp' | 'declared';
  /** A command that starts the program in its place, with its first parameters. */
  launcher?: readonly string[];
  environment?: NodeJS.ProcessEnv;
  /** What asks the program to stop; SIGTERM where it is not said. */
  stopSignal?: NodeJS.Signals;
  /** How a path is connected to and listened at, where it is none of this system's sockets. */
  paths?: {
    connect(path: string, options?: { paused: boolean }): Promise<Peer>;
    listen(path: string): Promise<{ listener: Listener; stop(): void }>;
  };
}

/** One story, the same on every backend. */
export interface Scenario {
  /** Names its file in expected/. */
  name: string;
  program: 'server' | 'client' | 'descriptors' | 'datagrams';
  /** The fds whose events are part of the transcript. */
  fds: readonly string[];
  play(world: World): Promise<void>;
}

/** A backend may need several attempts where another needs one: repeated attempts are one line. */
function withoutRepeats(events: readonly string[]): string[] {
  return events.filter((event, n) => event !== events[n - 1] || !/refused|timed_out/.test(event));
}

/** One scenario's program and its transcript. */
export class World {
  /** A folder for this scenario alone. */
  readonly folder = mkdtempSync(join(tmpdir(), 'loom-conformance-'));
  readonly stage: Stage;
  /** For what may differ from run to run without changing the transcript. */
  readonly seed: number;
  readonly #scenario: Scenario;
  readonly #peers: { destroy(): void }[] = [];
  readonly #notes: string[] = [];
  #program: Program | undefined;
  #ending: Ending | undefined;

  constructor(stage: Stage, scenario: Scenario, seed: number) {
    this.seed = seed;
    this.stage = stage;
    this.#scenario = scenario;
  }

  /** The program, once started. */
  get program(): Program {
    if (this.#program === undefined) throw new Error('the scenario has not started its program');
    return this.#program;
  }

  /** Starts another instance of the scenario's program; not yet ready. */
  launch(addresses: Readonly<Record<string, string>> = {}): Program {
    const local = { local: join(this.folder, 'local.sock') };
    const own = this.#scenario.program === 'server' ? local : {};
    const parameters = Object.entries({ ...own, ...addresses }).flatMap(([fd, address]) => [
      '--address',
      `${fd}=${address}`,
    ]);
    const { backend, environment, stopSignal } = this.stage;
    if (backend !== 'declared') parameters.push('--backend', backend);
    const command = [
      ...(this.stage.launcher ?? []),
      this.stage.executables[this.#scenario.program],
      ...parameters,
    ];
    return new Program(command[0] ?? '', command.slice(1), environment, stopSignal);
  }

  /** Starts the scenario's program and waits until it is ready. */
  async start(addresses: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#program = this.launch(addresses);
    await this.#program.ready();
  }

  /** Where a server fd listens. */
  address(fd: string): string {
    const address = this.program.addresses.get(fd);
    if (address === undefined) throw new Error(`the program does not listen on ${fd}`);
    return address;
  }

  /** Connects to a server fd. */
  async connect(fd: string, options?: { paused: boolean }): Promise<Peer> {
    const address = this.address(fd);
    const connect =
      address.startsWith('/') && this.stage.paths ? this.stage.paths.connect : Peer.connect;
    return this.adopt(await connect(address, options));
  }

  /** Listens at a path. @returns the listener; its own address may be another one */
  async listenAt(path: string): Promise<Listener> {
    if (this.stage.paths === undefined) return Listener.open(path);
    const { listener, stop } = await this.stage.paths.listen(path);
    this.adopt({ destroy: stop });
    return listener;
  }

  /** Connects and waits until the handler has seen it, so that slots are taken in order. */
  async join(fd: string, options?: { paused: boolean }): Promise<Peer> {
    const before = this.program.noted.filter((one) => one.fd === fd && one.event === 'open');
    const peer = await this.connect(fd, options);
    await this.program.saw(fd, /^open$/, before.length + 1);
    return peer;
  }

  /** Makes sure that a peer is gone after the scenario. */
  adopt<Kind extends { destroy(): void }>(peer: Kind): Kind {
    this.#peers.push(peer);
    return peer;
  }

  /** Adds what a peer saw. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Stops the program, or takes the end given; once. */
  async finish(ending?: Promise<Ending>): Promise<Ending> {
    this.#ending ??= await (ending ?? this.program.stop());
    return this.#ending;
  }

  /** Sum of a counter over the reactors. */
  counter(name: string): number {
    const reactors = Object.values(this.#ending?.counters ?? {});
    return reactors.reduce((sum, counters) => sum + (counters[name] ?? Number.NaN), 0);
  }

  /** Lets go of everything, whatever happened. */
  async clear(): Promise<void> {
    for (const peer of this.#peers) peer.destroy();
    if (this.#program !== undefined && this.#ending === undefined) {
      this.#program.signal('SIGKILL');
      await this.#program.ended();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The story of each connection of `fd`, in an order that depends on the stories alone. */
  #stories(fd: string): string[] {
    const events = this.program.noted.filter((one) => one.fd === fd);
    const nameOf = (one: Noted): string =>
      this.#scenario.program !== 'server' ? one.connection.replace(/\..*/, '') : one.connection;
    const stories = new Map<string, number>();
    for (const name of new Set(events.map(nameOf))) {
      const own = events.filter((one) => nameOf(one) === name).map(({ event }) => event);
      const story = withoutRepeats(own)
        .map((event) => `\n  ${event}`)
        .join('');
      stories.set(story, (stories.get(story) ?? 0) + 1);
    }
    return [...stories]
      .map(([story, alike]) => `${fd}${alike === 1 ? '' : `, ${alike} alike`}:${story}`)
      .sort();
  }

  /** The whole transcript. */
  transcript(): string {
    const ending = this.#ending;
    const peers = ['peers:', ...this.#notes.map((note) => `  ${note}`)];
    const end = [
      `exit: ${ending?.exitCode ?? ending?.signal}`,
      `in flight: ${this.counter('in_flight')}, open: ${this.counter('open_connections')}`,
    ];
    const stories = this.#scenario.fds.flatMap((fd) => this.#stories(fd));
    return `${[...stories, ...peers, ...end].join('\n')}\n`;
  }
}
