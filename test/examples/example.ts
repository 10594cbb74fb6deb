/**
 * An example as its README says: built into a folder of its own, and started on free ports. Built
 * unoptimised, which takes a third of the time, and with assertions: conformance plays releases.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestFn } from 'ava';
import { build } from '../../generator/commands/build.ts';
import { Program } from '../conformance/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A compiled example and the programs that its tests started. */
export class Example {
  readonly #folder = mkdtempSync(join(tmpdir(), 'loom-example-'));
  readonly #executable: string;
  readonly #started: Program[] = [];

  /** Builds `examples/<name>`, whose program is called `program`, before the tests of a file. */
  constructor(test: TestFn, name: string, program: string) {
    this.#executable = join(this.#folder, 'build/debug', program);
    test.before(`examples/${name} builds`, async (t) => {
      t.timeout(300_000);
      const config = join(root, 'examples', name, 'loom.config.ts');
      const { exitCode, diagnostics } = await build({ config, out: this.#folder, preset: 'debug' });
      t.is(exitCode, 0, JSON.stringify(diagnostics));
    });
    test.after.always('nothing is left', () => {
      for (const each of this.#started) each.signal('SIGKILL');
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** The executable, for a program that ends by itself. */
  get executable(): string {
    return this.#executable;
  }

  /** Starts it with each of `servers` on a free port; resolves when it listens. */
  async start(
    backend: string,
    servers: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Program> {
    const addresses = servers.flatMap((fd) => ['--address', `${fd}=127.0.0.1:0`]);
    const program = new Program(
      this.#executable,
      ['--backend', backend, ...addresses],
      environment,
    );
    this.#started.push(program);
    await program.ready();
    return program;
  }
}
