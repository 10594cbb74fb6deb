/**
 * What a message of an exchange takes of processors, from the socket to the top of the book in
 * JavaScript: through the addon of examples/orderbook, and in JavaScript alone. All of them are
 * played the same session by the same exchange, over five connections; each has to come to the
 * book of the reference.
 */

import { join } from 'node:path';
import { ExchangeProcess } from '../../../../examples/orderbook/exchange_process.ts';
import { Discarded } from '../../../../generator/measure/child.ts';
import { here } from '../../compile.ts';
import type { Figures } from '../../trial.ts';
import { buildAddon } from '../addon.ts';
import { type Entrant, type Inner, node, once, resultOf } from '../entrant.ts';
import { installWs, wsFolder } from '../ws_package.ts';
import { figuresOf } from './outcome.ts';
import { atOnce, endOf, origin, type Played, play, repeated, wholeSession } from './session.ts';

/** How often the session is played in a row at full speed, and how often to get warm. */
const timesAtMost = 4;
const timesWarm = 1;
/** Of the session's own time, which is what a trial takes. */
const pacedSeconds = 5;
const pacedRounds = 5;
/** On top of a session's time: Node starts, twice, and reads it. */
const limitMilliseconds = 30_000;

const folder = join(here, 'inner/orderbook');
/** The exchange that frames messages as WebSocket has them. */
const exchangeWs = join(folder, './exchange_ws.ts');

/** The command of a reader of what play() gave, at the exchange's addresses, TCP and unix. */
export type Reading = (played: Played, market: string, snapshot: string) => readonly string[];

/** Who reads a session. */
interface Reader {
  name: string;
  about: string;
  /** The exchange that it understands; undefined: that of lines. */
  exchange?: string;
  /** Prepares it. */
  build(): Promise<Reading>;
}

/**
 * An exchange plays, and a reader takes.
 * @param speed of the session's own; infinity: as fast as it is taken
 * @param exchangeModule as ExchangeProcess takes it
 * @throws {Discarded} when the trial does not hold
 */
export async function readOnce(
  played: Played,
  speed: number,
  reading: Reading,
  exchangeModule?: string,
): Promise<Figures> {
  const session = { recording: played.file, snapshots: 1, seed: 1, drop: 0 };
  using exchange = new ExchangeProcess({ session, speed, holdSnapshot: false }, exchangeModule);
  const failed = (error: Error): never => {
    throw new Discarded(error.message);
  };
  const { market, snapshot } = await exchange.listening.catch(failed);
  const counts = await resultOf(
    'the reader',
    reading(played, market, snapshot),
    undefined,
    limitMilliseconds,
  );
  return figuresOf(counts, played);
}

/** Reads lines in JavaScript. */
export const readLines: Reading = ({ warmup }, ...addresses) => [
  ...node('./read_json.ts', 'orderbook'),
  ...[...addresses, String(warmup)],
];

/** Reads lines with an emitted program of examples/orderbook; `module` as buildAddon gave it. */
export const readWith =
  (module: string): Reading =>
  ({ warmup }, ...addresses) => [
    ...node('./read_addon.ts', 'orderbook'),
    ...[module, ...addresses, String(warmup)],
  ];

/** Reads with the emitted addon of a config. */
function addon(name: string, about: string, config: string, out: string): Reader {
  const program = once(() => buildAddon(config, out));
  return { name, about, build: async () => readWith(await program()) };
}

const readers: readonly Reader[] = [
  {
    name: 'ws',
    about: 'ws, JSON.parse, and the book in JavaScript',
    exchange: exchangeWs,
    build: async () => {
      await installWs();
      return (...played) => [...readLines(...played), wsFolder];
    },
  },
  {
    name: 'json-lines',
    about: 'the same without WebSocket: lines, of node:net',
    build: async () => readLines,
  },
  addon(
    'loom-orderbook',
    'the addon of examples/orderbook, which spins for 50 us',
    join(folder, '../../../../examples/orderbook/loom.config.ts'),
    'orderbook',
  ),
  addon(
    'loom-orderbook-block',
    'the same, with a reactor that sleeps at once',
    join(folder, './block.config.ts'),
    'orderbook-block',
  ),
];

function entrant({ name, about, exchange, build }: Reader, played: () => Promise<Played>): Entrant {
  return {
    name,
    about,
    build: async () => {
      const reading = await build();
      const session = await played();
      return () => readOnce(session, 1, reading, exchange);
    },
  };
}

/** The session several times in a row, as fast as it is taken. */
const full = once(async () => {
  const session = wholeSession();
  const warmup = session.length * timesWarm;
  return play(atOnce(repeated(session, timesAtMost), warmup), warmup);
});

/** The end of the session at its own pace. */
const paced = once(async () => {
  const session = endOf(wholeSession(), pacedSeconds);
  return play(session, session.filter(({ atNanoseconds }) => atNanoseconds === 0).length);
});

/** The scenarios of the order book. */
export const orderbook: readonly Inner[] = [
  {
    name: 'orderbook-cpu',
    about: `from a socket to the top of the book in JavaScript, ${origin} at full speed`,
    metric: 'cpu',
    quick: false,
    entrants: readers.map((reader) => entrant(reader, full)),
  },
  {
    name: 'orderbook-cpu-paced',
    about: `the same at the pace of ${origin}`,
    metric: 'cpu',
    quick: false,
    rounds: pacedRounds,
    entrants: readers.map((reader) => entrant(reader, paced)),
  },
];
