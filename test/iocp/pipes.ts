/**
 * Peers of named pipes: a process of Linux cannot open a pipe of wine's, so a program of Windows
 * (pipe_bridge.cpp) carries its bytes to and from a connection of TCP.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Listener } from '../conformance/listener.ts';
import type { Peer } from '../conformance/peer.ts';
import { wine, wineEnvironment } from './wine.ts';

/** The pipe that the runtime makes of a path (pipe_names.hpp). */
const pipeOf = (path: string): string => `\\\\.\\pipe\\${path.slice(1).replaceAll('/', '_')}`;

/** Starts the bridge between the pipe of `path` and a port of this machine. */
function startBridge(bridge: string, act: 'connect' | 'serve', path: string, port: number) {
  const words = [bridge, act, pipeOf(path), `${port}`];
  const stdio = ['ignore', act === 'serve' ? 'pipe' : 'ignore', 'ignore'] as const;
  const env = { ...process.env, ...wineEnvironment };
  return spawn(wine ?? '', words, { stdio: [...stdio], env });
}

/** Connects to the pipe of a path. It ends with the peer's socket. */
export async function connectToPipe(
  bridge: string,
  path: string,
  { paused = false } = {},
): Promise<Peer> {
  const listener = await Listener.open();
  const process = startBridge(bridge, 'connect', path, listener.port);
  try {
    const peer = await listener.accept();
    if (paused) peer.socket.pause();
    peer.socket.once('close', () => process.kill('SIGKILL'));
    return peer;
  } finally {
    listener.close();
  }
}

/** Listens at the pipe of a path; `stop` ends that. */
export async function listenAtPipe(bridge: string, path: string) {
  const listener = await Listener.open();
  const process = startBridge(bridge, 'serve', path, listener.port);
  if (process.stdout !== null) await once(process.stdout, 'data');
  return { listener, stop: () => process.kill('SIGKILL') };
}
