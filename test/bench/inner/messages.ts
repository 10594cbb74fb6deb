/**
 * How fast messages of 100 bytes reach JavaScript: through a channel of an addon, whose reactor
 * makes them, and as WebSocket messages through the package `ws`, which a process beside it sends.
 * Both readers look at one word of each.
 */

import { join } from 'node:path';
import { Child } from '../../../generator/measure/child.ts';
import { here } from '../compile.ts';
import { freeAddress, type Setting, startMilliseconds } from '../trial.ts';
import { buildAddon } from './addon.ts';
import { type Entrant, type Inner, node, once, rateOf, resultOf } from './entrant.ts';
import { installWs, wsFolder } from './ws_package.ts';

/** On top of what is measured: Node starts, and a program. */
const limitMilliseconds = 20_000;

const timesOf = ({ warmupMilliseconds, measuredMilliseconds }: Setting): string[] => [
  String(warmupMilliseconds),
  String(measuredMilliseconds),
];

const limitOf = ({ warmupMilliseconds, measuredMilliseconds }: Setting): number =>
  limitMilliseconds + warmupMilliseconds + measuredMilliseconds;

const buildChannel = once(() => buildAddon(join(here, 'inner', './channel.config.ts'), 'channel'));

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
