/**
 * The program of `program/` as a profiling build: made once, below a lock, with the recorder or
 * with Tracy, and asked for everything that it can do.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Peer } from '../conformance/peer.ts';
import { Program } from '../conformance/program.ts';

const run = promisify(execFile);

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What stands in for Tracy. */
export const recorder = join(root, 'test/trace/recorder');

/** What the recorder wrote. */
export interface Recording {
  /** Zones that ended where they were not the innermost, fibers that ran twice at once. */
  faults: string[];
  /** Zones that no end came for. */
  open: string[];
  /** How many zones, by line of the timeline and by name. */
  zones: Record<string, Record<string, number>>;
  /** File and line, by the name of the zone. */
  places: Record<string, string>;
  /** 0xRRGGBB, by the name of the zone. */
  colours: Record<string, number>;
  /** The last value of each. */
  plots: Record<string, number>;
  /** How many, by name. */
  frames: Record<string, number>;
  messages: string[];
  threads: string[];
  locks: string[];
}

/**
 * Builds it, unoptimised.
 *
 * @param client where Tracy's client, or what stands in for it, is installed.
 * @returns the output folder.
 */
export async function buildTraced(client: string, name: string): Promise<string> {
  const folder = join(root, '.cache', 'trace');
  mkdirSync(folder, { recursive: true });
  const out = join(folder, name);
  const config = 'test/trace/program/loom.config.ts';
  const words = ['build', config, '--trace', '--debug', '--out', out, '--quiet'];
  const command = [process.execPath, 'bin/loomgen.js', ...words];
  const env = { ...process.env, Tracy_ROOT: client };
  await run('flock', [`${out}.lock`, ...command], { cwd: root, env });
  return out;
}

/** Runs `use` with a path for a recording; gives what was written there. */
export async function recorded(use: (path: string) => Promise<void>): Promise<Recording> {
  const folder = mkdtempSync(join(tmpdir(), 'loom-trace-'));
  const path = join(folder, 'recording.json');
  try {
    await use(path);
    return JSON.parse(readFileSync(path, 'utf8')) as Recording;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The program as an executable, and its clients. */
export class TracedProgram {
  readonly #program: Program;
  #control: Peer | undefined;
  #orders: Peer[] = [];

  private constructor(program: Program) {
    this.#program = program;
  }

  /** Starts it and connects to it: `orders` connections, each of which is a fiber. */
  static async start(
    out: string,
    orders: number,
    environment: NodeJS.ProcessEnv,
    backend: 'io_uring' | 'epoll' = 'epoll',
  ): Promise<TracedProgram> {
    const words = ['--backend', backend];
    const program = new Program(join(out, 'build/debug/traced'), words, environment);
    const traced = new TracedProgram(program);
    await program.ready();
    const dial = (fd: string) => Peer.connect(program.addresses.get(fd) ?? '');
    traced.#control = await dial('control');
    traced.#orders = await Promise.all(Array.from({ length: orders }, () => dial('orders')));
    return traced;
  }

  /** Asks connection `index` of fds.orders; gives the answer. */
  async order(index: number, line: string): Promise<string> {
    const peer = this.#orders[index] as Peer;
    await peer.send(`${line}\n`);
    return peer.line();
  }

  /** Asks fds.control. */
  async control(line: string): Promise<string> {
    const peer = this.#control as Peer;
    await peer.send(`${line}\n`);
    return peer.line();
  }

  /** Sends an order that is not answered, or not waited for. */
  async tell(index: number, line: string): Promise<void> {
    await this.#orders[index]?.send(`${line}\n`);
  }

  /** Every connection asks for all of these, one after the other; all at once. */
  everybody(lines: readonly string[]): Promise<string[][]> {
    const one = async (_: Peer, index: number): Promise<string[]> => {
      const answers: string[] = [];
      for (const line of lines) answers.push(await this.order(index, line));
      return answers;
    };
    return Promise.all(this.#orders.map(one));
  }

  /** Asks it to stop; gives its exit code. */
  async stop(): Promise<number | null> {
    const { exitCode } = await this.#program.stop();
    for (const peer of [...this.#orders, this.#control]) peer?.destroy();
    return exitCode;
  }

  /** Ends it at once, whatever it does. */
  kill(): void {
    this.#program.signal('SIGKILL');
  }
}
