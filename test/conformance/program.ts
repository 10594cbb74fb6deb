/**
 * A standalone program as a child process: where its servers listen, what its handlers noted, and
 * how it ended.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Waiters } from './deadline.ts';

/** One event of one connection, as a handler noted it. */
export interface Noted {
  fd: string;
  /** `index.generation` of the connection within its fd. */
  connection: string;
  event: string;
}

/** The counters of one reactor at the end. */
export type Counters = Readonly<Record<string, number>>;

/** How a program ended. */
export interface Ending {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** By reactor; empty when it never started. */
  counters: Readonly<Record<string, Counters>>;
  /** Lines on stderr that are not events. */
  talk: readonly string[];
}

/** A running program. */
export class Program {
  /** Addresses of servers, by fd. */
  readonly addresses = new Map<string, string>();
  /** Events in the order in which they came. */
  readonly noted: Noted[] = [];
  /** Lines on stderr that are not events. */
  readonly talk: string[] = [];
  readonly #waiters = new Waiters();
  readonly #child: ChildProcess;
  #signalled: number | undefined;
  #ready = false;
  #counters: Record<string, Counters> = {};
  #ending: Ending | undefined;

  readonly #stopSignal: NodeJS.Signals;

  constructor(
    command: string,
    parameters: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    stopSignal: NodeJS.Signals = 'SIGTERM',
  ) {
    this.#stopSignal = stopSignal;
    const child = spawn(command, parameters, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#readData(line));
    createInterface({ input: child.stderr }).on('line', (line) => this.#readTalk(line));
    child.on('close', (exitCode, signal) => {
      this.#ending = { exitCode, signal, counters: this.#counters, talk: this.talk };
      this.#waiters.notify();
    });
  }

  /** The process's number. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  #readData(line: string): void {
    if (line === 'READY') this.#ready = true;
    else if (line.startsWith('{')) this.#counters = JSON.parse(line) as Record<string, Counters>;
    else this.addresses.set(line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1));
    this.#waiters.notify();
  }

  #readTalk(line: string): void {
    const [, fd, connection, event] = /^T (\S+) (\S+) (.*)$/.exec(line) ?? [];
    if (fd === undefined || connection === undefined || event === undefined) this.talk.push(line);
    else this.noted.push({ fd, connection, event });
    this.#waiters.notify();
  }

  /** Resolves once every reactor runs; rejects when the program ended instead. */
  ready(): Promise<true> {
    return this.#waiters.until(
      () => 'READY',
      () => {
        if (this.#ready) return true;
        if (this.#ending !== undefined) throw new Error(`it ended: ${this.talk.join('\n')}`);
        return undefined;
      },
    );
  }

  /** Resolves once `count` events of `fd` matched `pattern`. */
  async saw(fd: string, pattern: RegExp, count = 1): Promise<void> {
    const matches = (): number =>
      this.noted.filter((one) => one.fd === fd && pattern.test(one.event)).length;
    const what = (): string =>
      `${count} x ${fd} ${pattern}; seen:\n${JSON.stringify(this.noted.slice(-20))}\n${this.talk}`;
    await this.#waiters.until(what, () => {
      if (matches() >= count) return true;
      if (this.#ending !== undefined) throw new Error(`it ended before ${what()}`);
      return undefined;
    });
  }

  /** Resolves once `count` lines on stderr that are not events matched `pattern`. */
  async said(pattern: RegExp, count = 1): Promise<void> {
    const what = (): string => `${count} x ${pattern}; said: ${this.talk}`;
    await this.#waiters.until(what, () => {
      if (this.talk.filter((line) => pattern.test(line)).length >= count) return true;
      if (this.#ending !== undefined) throw new Error(`it ended before ${what()}`);
      return undefined;
    });
  }

  /** From now on signals go to process `pid`, which the started command runs. */
  signalInstead(pid: number): void {
    this.#signalled = pid;
  }

  /** Sends a signal, unless the process has ended. */
  signal(name: NodeJS.Signals): void {
    if (this.#ending !== undefined) return;
    if (this.#signalled === undefined) this.#child.kill(name);
    else process.kill(this.#signalled, name);
  }

  /** Resolves when the process is gone and its output was read. */
  ended(): Promise<Ending> {
    return this.#waiters.until(
      () => `the end of process ${this.pid}`,
      () => this.#ending,
    );
  }

  /** Asks it to stop, and resolves when it has. */
  stop(): Promise<Ending> {
    this.signal(this.#stopSignal);
    return this.ended();
  }
}
