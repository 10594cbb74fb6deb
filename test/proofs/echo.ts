/** The echo program in both styles, and a client in C that loads it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildProgram, buildTool } from '../conformance/build.ts';
import { Program } from '../conformance/program.ts';

/** How its handler is written. */
export type Style = 'callback' | 'fiber';
/** What turns its operations into completions. */
export type Backend = 'io_uring' | 'epoll';

/** Every way in which the program runs. */
export const ways = (['callback', 'fiber'] as const).flatMap((style) =>
  (['io_uring', 'epoll'] as const).map((backend) => ({ style, backend })),
);

/** Builds the program, with a counter in the place of malloc. @returns the executable's path */
export function buildEcho(style: Style): Promise<string> {
  const sources = ['native/malloc_counter.cpp', 'native/mapping_counter.cpp'];
  const configs = {
    callback: '../conformance/echo/callback.config.ts',
    fiber: '../conformance/echo/fiber.config.ts',
  };
  return buildProgram({ name: 'echo', flavour: 'release', config: configs[style], sources });
}

/** Starts the program, behind `launcher` if there is one. */
export async function startEcho(
  style: Style,
  backend: Backend,
  launcher: readonly string[] = [],
): Promise<Program> {
  const command = [...launcher, await buildEcho(style), '--backend', backend];
  const program = new Program(command[0] ?? '', command.slice(1));
  await program.ready();
  return program;
}

/** Starts a client of the program's lines. */
export async function startLoad(program: Program, messages: number, depth: number) {
  return startLoadAt(program.addresses.get('lines') ?? '', messages, depth);
}

/** Starts a client of lines at an address. */
async function startLoadAt(address: string, messages: number, depth: number) {
  const [host = '', port = ''] = address.split(':');
  const parameters = [host, port, String(messages), String(depth)];
  return spawn(await buildTool('load'), parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Sends `messages` lines, `depth` at once, and sees each come back. */
export async function load(program: Program, messages: number, depth: number): Promise<void> {
  await loadAt(program.addresses.get('lines') ?? '', messages, depth);
}

/** The same for an address. @throws when a line did not come back */
export async function loadAt(address: string, messages: number, depth: number): Promise<void> {
  const client = await startLoadAt(address, messages, depth);
  const [exitCode] = (await once(client, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`the client ended with ${exitCode}`);
}

/** Stops the program. @returns its reactor's counters */
export async function stopEcho(program: Program) {
  const { exitCode, counters, talk } = await program.stop();
  if (exitCode !== 0) throw new Error(`exit ${exitCode}: ${talk.join('\n')}`);
  return counters.main ?? {};
}
