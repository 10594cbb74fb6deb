/** A peer in Python, for what Node's sockets cannot do; see native/*_peer.py. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { here } from './build.ts';
import { Waiters } from './deadline.ts';

/** A process that takes a command and answers with a line. */
export class UnixPeer {
  readonly #child: ChildProcess;
  readonly #waiters = new Waiters();
  readonly #answers: string[] = [];

  constructor(script = 'unix_peer.py') {
    const child = spawn('python3', [join(here, 'native', script)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#answers.push(line);
      this.#waiters.notify();
    });
  }

  /** Gives the answer to one command. */
  ask(command: string): Promise<string> {
    this.#child.stdin?.write(`${command}\n`);
    return this.#waiters.until(
      () => `an answer to ${command}`,
      () => this.#answers.shift(),
    );
  }

  /** Ends the process, and with it its sockets. */
  destroy(): void {
    this.#child.kill('SIGKILL');
  }
}
