/** What `loomgen tune` prints, for people and with --json for programs, and how it asks. */
import { endEverything } from '../measure/child.ts';
import { type Quantity, columns, interval, readableQuantity } from '../measure/table.ts';
import type { Row, Summary } from '../measure/summary.ts';
import { toJson } from '../report/json.ts';
import type { Figures } from '../tune/load.ts';
import type { Found, Step } from '../tune/search.ts';
import { asksYes, isSomebodyThere } from './ask.ts';
import { data, ProgressLine, talk, talkDiagnostics } from './talk.ts';
import { type TuneOptions, type TuneResult, tune } from './tune.ts';

/** The command line of `tune`, as yargs reads it. */
export interface TuneArguments
  extends Pick<TuneOptions, 'load' | 'metric' | 'rounds' | 'milliseconds' | 'minutes' | 'seed'> {
  config: string;
  better?: string | undefined;
  vary?: string | undefined;
  keep?: string | undefined;
  variants?: number | undefined;
  trialSeconds?: number | undefined;
  compile: boolean;
  write?: boolean | undefined;
  json?: boolean | undefined;
  quiet?: boolean | undefined;
}

/** Other figures that are shown beside the one that decides, where a load has them. */
const besides = ['p50', 'p99', 'rate', 'cpu', 'calls'];

/** The names of an option that takes several. */
function list(text: string | undefined): string[] | undefined {
  return text?.split(',').filter((name) => name !== '');
}

/** The exit code of what was interrupted, as a shell has it. */
const interruptedExitCode = 130;

let isInterrupted = false;

/**
 * Ends everything that runs, and then this process, which removes its files on the way. Once more
 * before that is over changes nothing: the default of a signal would leave it all behind.
 */
function interrupt(): void {
  if (isInterrupted) return;
  isInterrupted = true;
  void endEverything().finally(() => process.exit(interruptedExitCode));
}

/** Whether there is somebody to ask. */
function canAsk({ write, json, quiet }: TuneArguments): boolean {
  return isSomebodyThere() && json !== true && quiet !== true && write === undefined;
}

/** Runs `tune` and prints; gives the exit code. */
export async function runTune(given: TuneArguments): Promise<number> {
  // What runs is in groups of its own, which a terminal's Ctrl-C does not reach.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  const progress = new ProgressLine(given.json !== true && given.quiet !== true);
  const asks = canAsk(given);
  const result = await tune({
    ...given,
    better: given.better as TuneOptions['better'],
    vary: list(given.vary),
    keep: list(given.keep),
    consent: (_difference, found) => {
      if (!asks) return given.write === true;
      progress.clear();
      // Who is asked has to see what for.
      data(tuneText(found));
      return asksYes('Write this into the config?', interrupt);
    },
    onProgress: (text) => progress.show(text),
    onTalk: (line) => {
      progress.clear();
      if (given.json !== true && given.quiet !== true) talk(line);
    },
  });
  progress.clear();
  if (given.json === true) data(JSON.stringify(tuneJson(result), null, 2));
  else printResult(given, result, asks && result.difference.length > 0);
  return result.exitCode;
}

/** The --json document. */
export function tuneJson(result: TuneResult): object {
  const { found, diagnostics, ...rest } = result;
  const winner = found?.confirmation?.holds === true ? found.winner.choices : [];
  const { winner: _variant, ...steps } = found ?? { winner: null };
  return {
    command: 'tune',
    ...rest,
    ...steps,
    winner,
    diagnostics: toJson(diagnostics),
  };
}

/** What a figure of a declared load counts; undefined: a bare number. */
function quantityOf(metric: string): Quantity | undefined {
  if (metric === 'rate') return 'rate';
  return /^(?:p\d+|max|cpu|lateness_p99)$/.test(metric) ? 'time' : undefined;
}

/** A figure as people read it. */
function shown(metric: string, value: number | undefined, hasUnits: boolean): string {
  if (value === undefined) return '-';
  const quantity = hasUnits ? quantityOf(metric) : undefined;
  return quantity === undefined
    ? String(Number(value.toPrecision(4)))
    : readableQuantity(quantity, value);
}

/** The lines of one contest. */
function contestLines(
  { rows, noise, noisy }: Summary<Figures>,
  load: NonNullable<TuneResult['load']>,
  baseline: string,
): string[] {
  const { metric, better, hasUnits } = load;
  const others = besides.filter(
    (name) => name !== metric && rows.some(({ medians }) => medians[name] !== undefined),
  );
  const cell = (name: string, value: number | undefined): string => shown(name, value, hasUnits);
  const head = [
    `  ${metric}, ${better} is better`,
    'median',
    `over ${baseline}`,
    ...others,
    'trials',
  ];
  const line = ({ server, spread, ratio, medians, trials, discarded }: Row<Figures>): string[] => [
    `  ${server}`,
    cell(metric, spread?.median),
    ratio === null ? '-' : interval(ratio),
    ...others.map((name) => cell(name, medians[name])),
    discarded.length === 0 ? String(trials) : `${trials}, ${discarded.length} discarded`,
  ];
  const why = rows.flatMap(({ server, discarded }) =>
    discarded.map((one) => `  discarded: ${server}, round ${one.round + 1}: ${one.why}`),
  );
  const floor = noise === null ? 'not known' : interval(noise);
  const warning = noisy ? ': NOISY, small ratios say nothing' : '';
  return [
    ...columns([head, ...rows.map(line)]),
    `  noise floor (${baseline} twice): ${floor}${warning}`,
    ...why,
  ];
}

/** The lines of one place. */
function stepLines(step: Step, load: NonNullable<TuneResult['load']>): string[] {
  const { where, axis, present, leftOut, refused, rows, adopted } = step;
  const measured = rows.length === 0 ? [] : contestLines(step, load, present);
  const missing = leftOut.map(({ value, why }) => `  left out: ${value}: ${why}`);
  const unproven = refused.map(({ value, why }) => `  not adopted: ${value}: ${why}`);
  const verdict =
    adopted === null ? '  nothing is better by more than the noise' : `  adopted: ${adopted}`;
  const end = rows.length === 0 ? '  nothing to measure' : verdict;
  return [`${where} (${axis})`, ...measured, ...missing, ...unproven, end, ''];
}

/** The end of the table. */
function endLines(found: Found, result: TuneResult): string[] {
  const { confirmation, stopped, untried } = found;
  const open = stopped === null ? [] : [`Not looked at, because ${stopped}: ${untried.join(', ')}`];
  if (confirmation === null || result.load === null) {
    return [...open, 'What you have stays: nothing was better.'];
  }
  const lines = contestLines(confirmation, result.load, 'what you have');
  const verdict = confirmation.holds
    ? ['', ...result.difference]
    : ['', `What you have stays: all together it was ${confirmation.why}.`];
  return ['all together, measured anew', ...lines, ...open, ...verdict];
}

/** The whole table. */
export function tuneText(result: TuneResult): string {
  const { machine, load, found, remarks, seed, rounds } = result;
  if (load === null || found === null) return '';
  const { kernel, processor, cores, loadAverage, date } = machine;
  const busy = loadAverage.toFixed(1);
  return [
    `${result.name}: ${load.about}`,
    `${date}, ${processor}, ${cores} cores, kernel ${kernel}, load average ${busy}`,
    `${rounds} rounds, seed ${seed}`,
    ...remarks,
    '',
    ...found.steps.flatMap((step) => stepLines(step, load)),
    ...endLines(found, result),
  ].join('\n');
}

function printResult(given: TuneArguments, result: TuneResult, isShown: boolean): void {
  const text = tuneText(result);
  if (text !== '' && !isShown) data(text);
  talkDiagnostics(result.diagnostics);
  if (given.quiet === true || result.difference.length === 0) return;
  if (result.written) {
    talk(`${given.config} has it now; next: loomgen build ${given.config}`);
  } else if (result.status === 'ok') {
    talk(`Nothing was written; to measure again and write: loomgen tune ${given.config} --write`);
  }
}
