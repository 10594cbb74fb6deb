/** What `loomgen tune` can be told, with the defaults and the bounds of a run. */
import type { TuneResult } from '../commands/tune.ts';
import { DiagnosticError, diagnostic, plain } from '../report/diagnostic.ts';
import { closest } from '../report/suggest.ts';
import { axisNames } from './axes.ts';
import { minimumRounds } from './judge.ts';
import type { Better } from './load.ts';

/** What to tune, and how far to go. Everything has a default. */
export interface TuneOptions {
  /** The config; default `loom.config.ts`. */
  config?: string | undefined;
  /** A shell command that loads a variant; wins over `tune.load` of the config. */
  load?: string | undefined;
  /** The figure that decides; wins over `tune.metric` of the config. */
  metric?: string | undefined;
  /** Which way is better; wins over `tune.better` of the config. */
  better?: Better | undefined;
  /** Axes to look at; default all. */
  vary?: readonly string[] | undefined;
  /** Axes to leave as they are. */
  keep?: readonly string[] | undefined;
  /** Rounds of each contest. */
  rounds?: number | undefined;
  /** Measured in each trial of a declared load, in milliseconds. */
  milliseconds?: number | undefined;
  /** When a trial of a command is ended, in seconds. */
  trialSeconds?: number | undefined;
  /** Variants that are built at most. */
  variants?: number | undefined;
  /** When nothing further begins, in minutes. */
  minutes?: number | undefined;
  /** Of the orders and the intervals; default a new one. */
  seed?: number | undefined;
  /** Whether variants are compiled; default true. Without, a command compiles what it needs. */
  compile?: boolean | undefined;
  /** Asked whether the winner may be written, with the lines that would change and all that was
   * found; default nothing is. */
  consent?:
    | ((difference: readonly string[], found: TuneResult) => boolean | Promise<boolean>)
    | undefined;
  /** The working directory; default the process's. */
  directory?: string | undefined;
  /** Called with what is done now; it may be called often. */
  onProgress?: ((text: string) => void) | undefined;
  /** Called with what is worth a line. */
  onTalk?: ((line: string) => void) | undefined;
}

/** The numbers of a run: default, least and most. A seed's default is only an example of one. */
export const numbers = {
  rounds: { default: 11, least: minimumRounds, most: 1000 },
  milliseconds: { default: 500, least: 10, most: 3_600_000 },
  trialSeconds: { default: 60, least: 1, most: 3600 },
  variants: { default: 24, least: 1, most: 1000 },
  minutes: { default: 15, least: 1, most: 1440 },
  seed: { default: 1, least: 0, most: 2 ** 32 - 1 },
} as const;

/** A number of a run. */
export type NumberName = keyof typeof numbers;

/** @throws DiagnosticError saying what is wrong with the command line */
function refuse(reason: string, hint: string): never {
  throw new DiagnosticError([diagnostic('LOOM2014', { reason, hint })]);
}

/** A number of the options, or its default. */
export function numberOf(options: TuneOptions, name: NumberName): number {
  const { default: usual, least, most } = numbers[name];
  const value = options[name] ?? usual;
  const isWithin = Number.isInteger(value) && value >= least && value <= most;
  if (isWithin) return value;
  const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return refuse(
    `${option} takes a whole number from ${least} to ${most}`,
    `Type: ${option} ${usual}`,
  );
}

/** @throws DiagnosticError for the first number that is none or out of bounds, used or not */
export function checkNumbers(options: TuneOptions): void {
  for (const name of Object.keys(numbers)) numberOf(options, name as NumberName);
}

/** Figures of which is known which way they are better. */
const lowerIsBetter = /^(?:p\d+|max|cpu|calls|lateness_p99)$/;

/**
 * Which way a figure is better.
 *
 * @param said by the command line or the config.
 * @throws DiagnosticError when nobody says it of a figure that is the user's own
 */
export function betterOf(metric: string, said: Better | undefined): Better {
  if (said !== undefined) return said;
  if (metric === 'rate') return 'higher';
  if (lowerIsBetter.test(metric)) return 'lower';
  return refuse(
    `Nobody says whether more or less of '${plain(metric)}' is better`,
    'Type: --better higher - or --better lower, or say it by tune.better in the config.',
  );
}

/** The axes that a run looks at, in the order of the table. */
export function wantedAxes({ vary, keep = [] }: TuneOptions): string[] {
  const unknown = [...(vary ?? []), ...keep].find((name) => !axisNames.includes(name));
  if (unknown !== undefined) {
    const near = closest(unknown, axisNames);
    const there = near === undefined ? 'There are' : `Write ${near}; there are`;
    const hint = `${there} ${axisNames.join(', ')}.`;
    refuse(`There is nothing called '${unknown}' to vary`, hint);
  }
  const wanted = axisNames.filter((name) => (vary ?? axisNames).includes(name));
  const left = wanted.filter((name) => !keep.includes(name));
  if (left.length > 0) return left;
  const reason = '--vary and --keep leave nothing';
  throw new DiagnosticError([diagnostic('LOOM2021', { reason, known: axisNames.join(', ') })]);
}
