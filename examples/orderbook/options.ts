/**
 * The command lines of the demo (main.ts) and of the exchange on its own. Both load the session
 * themselves, so they share the options that decide it.
 */
import { parseArgs } from 'node:util';
import type { SessionOptions } from './session.ts';

/** A mistake on the command line; its message is one sentence for the person who typed it. */
export class UsageError extends Error {}

/** Options of the exchange. */
export interface ExchangeOptions {
  session: SessionOptions;
  /** So many times the recorded pace; infinity: as fast as the sockets take it. */
  speed: number;
  /** The snapshot is sent only after everything else that can be sent. */
  holdSnapshot: boolean;
}

/** Options of the demo. */
export interface DemoOptions {
  session: SessionOptions;
  /** Absent: the speed at which the session takes about `usualSeconds`. */
  speed: number | undefined;
  holdSnapshot: boolean;
  backend: 'io_uring' | 'epoll' | undefined;
  /** Core of the reactor; absent: as the config says. */
  core: number | undefined;
  json: boolean;
  help: boolean;
}

/** How long a demo takes when no speed is asked for. */
export const usualSeconds = 18;

const sessionFlags = {
  recording: { type: 'string' },
  messages: { type: 'string' },
  seconds: { type: 'string' },
  snapshots: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  drop: { type: 'string', default: '0' },
  speed: { type: 'string' },
  'hold-snapshot': { type: 'boolean', default: false },
} as const;

const demoFlags = {
  ...sessionFlags,
  backend: { type: 'string' },
  cores: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What `--help` prints. */
export const helpText = `\
An order book kept from a live exchange feed: a local exchange plays a session over four TCP
connections and a unix socket, a generated native reactor keeps the book, and an independent
replay in TypeScript checks the result. Exit code 0: equal; 1: not; 2: the command was wrong.

  npm run demo -- [options]

  --recording FILE    play this recording (lines '<nanoseconds> <json>', plain or gzip)
                      instead of a synthetic session
  --speed N|max       N times the recorded pace, or as fast as possible
                      (default: what makes the session last about ${usualSeconds} s)
  --messages N        stop after N messages
  --seconds N         stop after N seconds of the session's time
                      (a synthetic session is 60 s of about 500 messages each by default)
  --backend NAME      io_uring or epoll (default: the first that works)
  --cores N           pin the reactor to core N
  --json              print the result as one JSON value and nothing else on stdout
  --help              this text

  To see recovery: --drop N leaves N depth messages out, --snapshots N sends N snapshots
  (synthetic, at most 4), --hold-snapshot sends them last of all, --seed N makes another market.
`;

/** Reads the demo's command line. Throws UsageError. */
export function parseDemoOptions(parameters: string[]): DemoOptions {
  const values = parse(() => parseArgs({ args: parameters, options: demoFlags }).values);
  const { backend } = values;
  if (backend !== undefined && backend !== 'io_uring' && backend !== 'epoll') {
    throw new UsageError(`--backend is io_uring or epoll, not '${backend}'`);
  }
  return {
    session: sessionOptions(values),
    speed: values.speed === undefined ? undefined : speedOf(values.speed),
    holdSnapshot: values['hold-snapshot'],
    backend,
    core: integer('--cores', values.cores, 0, 1023),
    json: values.json,
    help: values.help,
  };
}

/** Reads the exchange's command line; recorded pace unless told otherwise. Throws UsageError. */
export function parseExchangeOptions(parameters: string[]): ExchangeOptions {
  const values = parse(() => parseArgs({ args: parameters, options: sessionFlags }).values);
  return {
    session: sessionOptions(values),
    speed: speedOf(values.speed ?? '1'),
    holdSnapshot: values['hold-snapshot'],
  };
}

/** The exchange's command line for these options. */
export function exchangeParameters({ session, speed, holdSnapshot }: ExchangeOptions): string[] {
  const flags: [string, string | number | undefined][] = [
    ['recording', session.recording],
    ['messages', session.messages],
    ['seconds', session.seconds],
    ['snapshots', session.snapshots],
    ['seed', session.seed],
    ['drop', session.drop],
    ['speed', speed === Number.POSITIVE_INFINITY ? 'max' : speed],
  ];
  return [
    ...flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    ...(holdSnapshot ? ['--hold-snapshot'] : []),
  ];
}

function parse<Values>(read: () => Values): Values {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type SessionValues = Partial<Record<keyof SessionOptions, string>>;

function sessionOptions(values: SessionValues): SessionOptions {
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (seconds !== undefined && !(seconds > 0 && seconds <= 86_400)) {
    throw new UsageError(`--seconds is a number from 0 to 86400, not '${values.seconds}'`);
  }
  return {
    recording: values.recording,
    messages: integer('--messages', values.messages, 1, 5_000_000),
    seconds,
    snapshots: integer('--snapshots', values.snapshots, 1, 4) ?? 1,
    seed: integer('--seed', values.seed, 0, 0x7fffffff) ?? 1,
    drop: integer('--drop', values.drop, 0, 1_000_000) ?? 0,
  };
}

function speedOf(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = Number(text);
  if (!(speed > 0 && speed <= 1e6)) {
    throw new UsageError(`--speed is a number above 0 or 'max', not '${text}'`);
  }
  return speed;
}

function integer(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${flag} is an integer from ${least} to ${most}, not '${text}'`);
}
