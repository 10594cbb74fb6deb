/** A question to whoever sits at the terminal. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** Whether there is somebody to ask. */
export function isSomebodyThere(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on the terminal; everything but y is a no, and so is an end of its input.
 *
 * @param interrupt what Ctrl-C does; the process's default when it is left out.
 */
export async function asksYes(question: string, interrupt?: () => void): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  if (interrupt !== undefined) terminal.on('SIGINT', interrupt);
  const ended = once(terminal, 'close').then(() => '');
  try {
    const answer = terminal.question(`${question} [y/N] `).catch(() => '');
    return /^y(?:es)?$/i.test((await Promise.race([answer, ended])).trim());
  } finally {
    terminal.close();
  }
}
