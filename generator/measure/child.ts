/**
 * A process of a trial: pinned to a core, in a group of its own so that nothing of it outlives the
 * trial, its lines read as they come.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a trial came to instead of figures; its message says why. */
export class Discarded extends Error {}

/** Lines on stderr that are kept to say what went wrong. */
const keptLines = 5;
/** Bytes that a process may print; one that prints more is ended. */
const maximumOutputBytes = 2 ** 22;

/** What a process gets that is not what this one has. */
export interface Surroundings {
  /** Its working directory; by default that of this process. */
  directory?: string | undefined;
  /** Its environment; by default that of this process. */
  environment?: NodeJS.ProcessEnv | undefined;
}

/** The groups of processes that run. */
const groups = new Set<number>();

/** Ends a group, if it is still there. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

// A run that is interrupted leaves no server behind.
process.on('exit', () => {
  for (const pid of groups) killGroup(pid);
});

/** Longest time that a group has to end by itself, and how often it is looked at. */
const graceMilliseconds = 2_000;
const lookMilliseconds = 10;

/** Whether some process of a group is there. */
function hasGroup(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Asks a group to end, if it is still there. */
function askGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}

/**
 * Asks groups to end, and kills what has not after 2 s. Who has groups of its own, as Ninja has for
 * compilers, can end those only when it is asked.
 *
 * @param running gives the groups; one that begins meanwhile is asked, too.
 */
async function endGroups(running: () => readonly number[]): Promise<void> {
  const asked = new Set<number>();
  const limit = performance.now() + graceMilliseconds;
  for (;;) {
    for (const pid of running()) {
      if (!asked.has(pid)) askGroup(pid);
      asked.add(pid);
    }
    if (![...asked].some(hasGroup) || performance.now() > limit) break;
    await new Promise((resolve) => setTimeout(resolve, lookMilliseconds));
  }
  for (const pid of asked) killGroup(pid);
}

/** Asks every group that runs to end, and kills what has not after 2 s. */
export async function endEverything(): Promise<void> {
  await endGroups(() => [...groups]);
}

/** A running process. */
export class Child {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #talk: string[] = [];
  readonly #closed: Promise<string>;
  #seen: () => void = () => undefined;
  #ending: string | undefined;
  #printedBytes = 0;

  /**
   * Starts a command.
   *
   * @param name what it is, for sentences.
   * @param core a core, or a list of them as taskset(1) takes it; undefined: any.
   */
  constructor(
    name: string,
    command: readonly string[],
    core: number | string | undefined,
    { directory, environment }: Surroundings = {},
  ) {
    this.#name = name;
    const [file = '', ...parameters] =
      core === undefined ? command : ['taskset', '-c', String(core), ...command];
    this.#child = spawn(file, parameters, {
      cwd: directory,
      detached: true,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (this.#child.pid !== undefined) groups.add(this.#child.pid);
    const { stdout, stderr } = this.#child;
    for (const stream of [stdout, stderr]) stream?.on('data', (chunk) => this.#count(chunk.length));
    if (stdout) createInterface({ input: stdout }).on('line', (line) => this.#read(line));
    if (stderr) createInterface({ input: stderr }).on('line', (line) => this.#hear(line));
    this.#closed = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#ending ??= how;
        this.#seen();
        resolve(this.#ending);
      };
      this.#child.on('error', ({ message }) => end(message));
      this.#child.on('close', (code, signal) => end(signal ?? `exit ${code}`));
    });
  }

  /** The process's number. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Its lines on stdout so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Its last lines on stderr. */
  get talk(): readonly string[] {
    return this.#talk;
  }

  #count(bytes: number): void {
    this.#printedBytes += bytes;
    if (this.#printedBytes <= maximumOutputBytes) return;
    this.#ending ??= `more output than ${maximumOutputBytes} bytes`;
    killGroup(this.pid);
  }

  #read(line: string): void {
    this.#lines.push(line);
    this.#seen();
  }

  #hear(line: string): void {
    this.#talk.push(line);
    if (this.#talk.length > keptLines) this.#talk.shift();
  }

  #discard(what: string): Discarded {
    const talk = this.#talk.length === 0 ? '' : `: ${this.#talk.join(' | ')}`;
    return new Discarded(`${this.#name} ${what}${talk}`);
  }

  async #within<Value>(what: string, milliseconds: number, promise: Promise<Value>) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#discard(`did not ${what} in time`)), milliseconds);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Resolves once it printed the line `text`.
   * @throws {Discarded} when it ends before, or takes longer than `milliseconds`
   */
  async says(text: string, milliseconds: number): Promise<void> {
    const said = new Promise<void>((resolve, reject) => {
      this.#seen = () => {
        if (this.#lines.includes(text)) resolve();
        else if (this.#ending !== undefined) {
          reject(this.#discard(`ended (${this.#ending}) before it said ${text}`));
        }
      };
      this.#seen();
    });
    await this.#within(`say ${text}`, milliseconds, said);
  }

  /**
   * Resolves with how it ended: `exit 0`, the name of a signal, or why it did not start.
   * @throws {Discarded} when it takes longer than `milliseconds`
   */
  ended(milliseconds: number): Promise<string> {
    return this.#within('end', milliseconds, this.#closed);
  }

  /**
   * Resolves with its last line as JSON once it ended with 0.
   * @throws {Discarded} when it ends otherwise, or takes longer than `milliseconds`
   */
  async result<Line = Readonly<Record<string, number>>>(milliseconds: number): Promise<Line> {
    const ending = await this.ended(milliseconds);
    if (ending !== 'exit 0') throw this.#discard(`ended with ${ending}`);
    try {
      return JSON.parse(this.#lines.at(-1) ?? '') as Line;
    } catch {
      throw this.#discard(`did not end with a line of JSON, but '${this.#lines.at(-1) ?? ''}'`);
    }
  }

  /**
   * Says whether it still runs, after somebody lost touch with it: its end may come a moment later.
   * @throws {Discarded} when it ends within `milliseconds`
   */
  async mustRun(milliseconds: number): Promise<void> {
    await this.#within('end', milliseconds, this.#closed).catch(() => undefined);
    if (this.#ending !== undefined) throw this.#discard(`ended (${this.#ending}) under load`);
  }

  /** Asks it to stop. */
  stop(): void {
    this.#child.kill('SIGTERM');
  }

  /** Ends whatever is left of it, at once; who has left its group runs on and is not waited for. */
  async kill(): Promise<void> {
    if (this.#child.pid !== undefined) killGroup(this.#child.pid);
    groups.delete(this.pid);
    // Its end is known once its pipes are closed, and a daemon would keep them open for ever.
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    await this.#within('end', graceMilliseconds, this.#closed).catch(() => undefined);
  }

  /** Ends whatever is left of it; what has groups of its own can end those before. */
  async end(): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined) await endGroups(() => [pid]);
    await this.kill();
  }
}
