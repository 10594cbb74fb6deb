/** The package `ws`, which the benchmark compares with and no package of ours depends on. */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildFolder } from '../compile.ts';
import { once } from './entrant.ts';

/** The only version that was tried. */
const wsVersion = '8.23.0';
const installMilliseconds = 60_000;
/** Of what npm says when it fails: a code, and a sentence. */
const keptLines = 2;

/** Where it is installed. */
export const wsFolder = join(buildFolder, 'ws');

/** What is used of it; its types are not installed. */
export interface WebSocketOfWs {
  on(event: 'message', listener: (data: Buffer) => void): void;
  on(event: 'close', listener: () => void): void;
}

/** Connects with the package that is installed in `folder`, without compression. */
export function connectWs(folder: string, url: string): WebSocketOfWs {
  const { WebSocket } = createRequire(join(folder, 'here.js'))('ws') as {
    WebSocket: new (url: string, options: { perMessageDeflate: boolean }) => WebSocketOfWs;
  };
  return new WebSocket(url, { perMessageDeflate: false });
}

/** Installs it where nothing of ours looks for it, unless it is there. @throws {Error} */
export const installWs = once(async () => {
  if (existsSync(join(wsFolder, 'node_modules/ws/package.json'))) return;
  mkdirSync(wsFolder, { recursive: true });
  // `npm run -s` would have this npm be silent, too, about what goes wrong.
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const command = ['install', '--prefix', wsFolder, ...quiet, `ws@${wsVersion}`];
  try {
    await promisify(execFile)('npm', command, { timeout: installMilliseconds });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const lines = stderr
      .trim()
      .replaceAll(/^npm (?:error|ERR!) /gm, '')
      .split('\n');
    const why = lines.slice(0, keptLines).join('; ') || String(error);
    throw new Error(`npm cannot install ws ${wsVersion} into build/bench/ws: ${why}`);
  }
});
