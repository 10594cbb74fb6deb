/**
 * How fast messages of 100 bytes reach JavaScript: through a channel of an addon, whose reactor
 * makes them, and as WebSocket messages through the package `ws`, which a process beside it sends.
 * Both readers look at one word of each.
 */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../../../generator/commands/build.ts';
import { Child } from '../../../generator/measure/child.ts';
import { buildFolder, here } from '../compile.ts';
import { freeAddress, type Setting, startMilliseconds } from '../trial.ts';
import { type Entrant, type Inner, once, rateOf, resultOf } from './entrant.ts';

/** The only version that was tried; no package of ours depends on it. */
const wsVersion = '8.23.0';
const wsFolder = join(buildFolder, 'ws');
/** On top of what is measured: Node starts, and a program. */
const limitMilliseconds = 20_000;
const installMilliseconds = 60_000;
/** Of what npm says when it fails: a code, and a sentence. */
const keptLines = 2;

const node = (script: string): string[] => [
  process.execPath,
  ...['--import', import.meta.resolve('tsx')],
  join(here, 'inner', script),
];

const timesOf = ({ warmupMilliseconds, measuredMilliseconds }: Setting): string[] => [
  String(warmupMilliseconds),
  String(measuredMilliseconds),
];

const limitOf = ({ warmupMilliseconds, measuredMilliseconds }: Setting): number =>
  limitMilliseconds + warmupMilliseconds + measuredMilliseconds;

/** Emits and compiles the program. @returns its module */
const buildChannel = once(async () => {
  const out = join(buildFolder, 'channel');
  const config = join(here, 'inner', './channel.config.ts');
  const { exitCode, diagnostics } = await build({ config, out, force: true });
  if (exitCode !== 0) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return join(out, 'bindings/index.ts');
});

/** Installs `ws` where nothing of ours looks for it, unless it is there. @throws {Error} */
const installWs = once(async () => {
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

const ws: Entrant = {
  name: 'ws',
  about: 'WebSocket messages, without compression',
  build: async () => {
    await installWs();
    return async (setting) => {
      const address = await freeAddress('tcp');
      const feed = new Child('the sender', [...node('./feed_ws.ts'), address], setting.serverCore);
      try {
        await feed.says('READY', startMilliseconds);
        const reader = [...node('./read_ws.ts'), wsFolder, address, ...timesOf(setting)];
        return rateOf(await resultOf('the reader', reader, undefined, limitOf(setting)));
      } finally {
        await feed.kill();
      }
    };
  },
};

const loom: Entrant = {
  name: 'loom-channel',
  about: 'a channel of an addon',
  build: async () => {
    const module = await buildChannel();
    return async (setting) => {
      const core = String(setting.serverCore ?? 'any');
      const reader = [...node('./read_channel.ts'), module, core, ...timesOf(setting)];
      return rateOf(await resultOf('the reader', reader, undefined, limitOf(setting)));
    };
  },
};

/** The scenario of messages to JavaScript. */
export const messages: readonly Inner[] = [
  {
    name: 'native-to-js',
    about: 'messages of 100 B that JavaScript reads',
    metric: 'rate',
    quick: false,
    entrants: [ws, loom],
  },
];
