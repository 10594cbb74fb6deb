/**
 * From a socket to a handler in JavaScript, messages of 200 bytes: one connection, the same feed
 * for the package `ws` and for emitted programs, at full speed and at a rate. Readers say how many
 * messages came, what their process took of processors with all its threads, and, at a rate, how
 * long after it was sent each message was in the handler.
 */

import { basename, join } from 'node:path';
import { Child, Discarded } from '../../../../generator/measure/child.ts';
import { compile, here } from '../../compile.ts';
import { type Figures, freeAddress, type Setting, startMilliseconds } from '../../trial.ts';
import { buildAddon } from '../addon.ts';
import { type Counts, type Entrant, type Inner, node, once, resultOf } from '../entrant.ts';
import { installWs, wsFolder } from '../ws_package.ts';

/** On top of what is measured: Node starts, and a program. */
const limitMilliseconds = 20_000;
/** Of a paced trial, at least: what came while Node started has been read by then. */
const pacedWarmupMilliseconds = 500;
/** How far the messages that came may be from the rate. */
const rateTolerance = 0.1;

const folder = join(here, 'inner/feed');

/** What is sent: how messages are framed, and how many a second; 0: as many as are taken. */
interface Feed {
  framing: 'websocket' | 'length';
  rate: number;
}

/** The command of a reader at an address. */
type Reading = (address: string, setting: Setting) => readonly string[];

/** Who reads the feed. */
interface Reader {
  name: string;
  about: string;
  framing: Feed['framing'];
  /** Prepares it. */
  build(): Promise<Reading>;
}

/** The last arguments of a reader. */
const timesOf = ({ warmupMilliseconds, measuredMilliseconds }: Setting): string[] => [
  String(warmupMilliseconds),
  String(measuredMilliseconds),
];

/** What a reader's line says. @throws {Discarded} when it does not hold */
export function feedFigures(counts: Counts, rate: number): Figures {
  const { count = 0, nanoseconds = 0, cpu_nanoseconds: cpu = 0, lost = -1 } = counts;
  if (!(count > 0 && nanoseconds > 0 && cpu > 0 && lost >= 0)) {
    throw new Discarded(`the reader's line makes no sense: ${JSON.stringify(counts)}`);
  }
  if (lost > 0) throw new Discarded(`${lost} of ${lost + count} messages were lost`);
  const { p50 = 0, p99 = 0, p999 = 0, max = 0 } = counts;
  const seen = (count / nanoseconds) * 1e9;
  if (rate !== 0 && Math.abs(seen / rate - 1) > rateTolerance) {
    throw new Discarded(`${Math.round(seen)} messages a second came, not ${rate}`);
  }
  const times = rate === 0 ? {} : { p50, p99, p999, max };
  return { rate: seen, cpu: cpu / count, ...times };
}

/** Sends to a reader and reads its line. @throws {Discarded} when the trial does not hold */
export async function readFeed(
  { framing, rate }: Feed,
  reading: Reading,
  setting: Setting,
): Promise<Figures> {
  const sender = await buildSender();
  const address = await freeAddress('tcp');
  const feed = new Child(
    'the feed',
    [...node('./feed.ts', 'feed'), address, sender, framing, String(rate)],
    setting.loadCore,
  );
  try {
    await feed.says('READY', startMilliseconds);
    const { warmupMilliseconds, measuredMilliseconds } = setting;
    const limit = limitMilliseconds + warmupMilliseconds + measuredMilliseconds;
    const counts = await resultOf('the reader', reading(address, setting), undefined, limit);
    return feedFigures(counts, rate);
  } finally {
    await feed.kill();
  }
}

const buildSender = once(() => compile(here, 'load', 'feed_sender'));

const ws: Reader = {
  name: 'ws',
  about: 'the package ws, without compression',
  framing: 'websocket',
  build: async () => {
    await installWs();
    return (address, setting) => [
      ...node('./read_ws.ts', 'feed'),
      ...[wsFolder, address, ...timesOf(setting)],
    ];
  },
};

/**
 * An emitted program.
 * @param wait what JavaScript does while nothing comes
 * @param thread whose thread turns the reactor: its own, or JavaScript's
 */
function loom(
  name: string,
  about: string,
  program: { config: string; framing: Feed['framing']; build: () => Promise<string> },
  wait: string,
  thread: 'own' | 'this' = 'own',
): Reader {
  return {
    name,
    about,
    framing: program.framing,
    build: async () => {
      const module = await program.build();
      return (address, setting) => [
        ...node('./read_loom.ts', 'feed'),
        ...[module, address, thread === 'this' ? thread : String(setting.serverCore ?? 'any')],
        ...[wait, ...timesOf(setting)],
      ];
    },
  };
}

/** A config of this folder, built once. */
function programOf(config: string, framing: Feed['framing']) {
  const out = `feed-${basename(config, '.config.ts')}`;
  const build = once(() => buildAddon(join(folder, config), out));
  return { config, framing, build };
}

const handledBlock = programOf('./handled_block.config.ts', 'websocket');
const handledSpin = programOf('./handled_spin.config.ts', 'websocket');
const deliveredBlock = programOf('./delivered_block.config.ts', 'length');
const deliveredSpin = programOf('./delivered_spin.config.ts', 'length');

/** At full speed nobody waits for long: JavaScript looks for a few turns before it sleeps. */
const fullSpeed: readonly Reader[] = [
  ws,
  loom('loom-channel', 'a handler in C++ parses WebSocket and publishes', handledBlock, '4'),
  loom('loom-stream', 'messages as they came, framed by their length', deliveredBlock, '4'),
];

const paced: readonly Reader[] = [
  ws,
  loom('loom-channel-spin', 'reactor and JavaScript spin', handledSpin, 'spin'),
  loom('loom-channel-wake', 'both sleep at once', handledBlock, 'wake'),
  loom('loom-stream-spin', 'the same without a handler', deliveredSpin, 'spin'),
  loom('loom-stream-wake', 'the same without a handler', deliveredBlock, 'wake'),
  loom('loom-this-spin', "JavaScript's thread turns the reactor", handledSpin, 'spin', 'this'),
  loom('loom-this-wake', 'the same, and sleeps at once', handledBlock, 'wake', 'this'),
];

const entrant = ({ name, about, framing, build }: Reader, rate: number): Entrant => ({
  name,
  about,
  build: async () => {
    const reading = await build();
    return (setting) => {
      const warm = rate === 0 ? 0 : pacedWarmupMilliseconds;
      const warmupMilliseconds = Math.max(setting.warmupMilliseconds, warm);
      return readFeed({ framing, rate }, reading, { ...setting, warmupMilliseconds });
    };
  },
});

/** A scenario at a rate. */
const pacedAt = (rate: number): Inner => ({
  name: `feed-to-js-paced-${rate / 1000}k`,
  about: `${rate} messages of 200 B a second from a socket to a handler in JavaScript`,
  metric: 'p50',
  quick: false,
  entrants: paced.map((reader) => entrant(reader, rate)),
});

/** The scenarios of the feed. */
export const feeds: readonly Inner[] = [
  {
    name: 'feed-to-js-200',
    about: 'messages of 200 B from a socket to a handler in JavaScript, at full speed',
    metric: 'rate',
    quick: false,
    entrants: fullSpeed.map((reader) => entrant(reader, 0)),
  },
  pacedAt(20_000),
  pacedAt(100_000),
];
