// @ts-check
// How setup speaks: everything on stderr, one line for each thing it does, so that stdout belongs
// to the job that follows. On a terminal a running command shows its last line in place; elsewhere
// a line every few seconds says that it is alive. What a command printed is shown in full only when
// it failed.

import { spawn } from 'node:child_process';

/** A reason to stop that the user can do something about: printed as it stands, exit code 2. */
export class Refusal extends Error {}

const heartbeatMilliseconds = 10_000;
const terminal = process.stderr.isTTY === true;

/**
 * Prints one line of talk.
 * @param {string} line without its newline
 */
export function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

/**
 * Runs a command under a title, with visible progress.
 * @param {string} title what happens, as a present participle ("installing …")
 * @param {string} command found on PATH
 * @param {string[]} parameters
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} the exit code; 127 when the command could not be started
 */
export function runVisibly(title, command, parameters, options = {}) {
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
  /** @type {Buffer[]} */
  const output = [];
  let lastLine = '';
  say(`${title} …`);
  const heartbeat = setInterval(() => {
    if (!terminal) say(`  ${seconds()}  ${lastLine}`);
  }, heartbeatMilliseconds);
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const listen = (/** @type {Buffer} */ chunk) => {
      output.push(chunk);
      const line = chunk.toString().trimEnd().split('\n').at(-1)?.trim();
      if (line) lastLine = line.slice(0, 90);
      if (terminal) process.stderr.write(`\r\x1b[2K  ${seconds()}  ${lastLine}`);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    const finish = (/** @type {number} */ code) => {
      clearInterval(heartbeat);
      if (terminal) process.stderr.write('\r\x1b[2K');
      if (code === 0) say(`${title}: done in ${seconds()}`);
      else process.stderr.write(Buffer.concat(output));
      resolve(code);
    };
    child.on('error', () => finish(127));
    child.on('close', (code) => finish(code ?? 1));
  });
}
