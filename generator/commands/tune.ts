/**
 * `loomgen tune`: builds the variants that a config allows, measures them under a load on this
 * machine, and writes the winner into the config where the user agrees. The function is the
 * command; printing is tune_output.ts.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load, locateAll } from '../load.ts';
import { defaultCacheFolder } from '../cache_folder.ts';
import { Discarded } from '../measure/child.ts';
import { type Machine, machineNow, remarksOn } from '../measure/machine.ts';
import { seeded } from '../measure/statistics.ts';
import { type Diagnostic, DiagnosticError, diagnostic } from '../report/diagnostic.ts';
import { attempt, FolderError } from '../write.ts';
import { axisNames, placesOf } from '../tune/axes.ts';
import { type Built, buildVariant } from '../tune/build_variant.ts';
import { commandLoad } from '../tune/command_load.ts';
import { declaredLoad } from '../tune/declared_load.ts';
import type { Better, Load } from '../tune/load.ts';
import { buildLoadGenerator } from '../tune/load_generator.ts';
import { betterOf, checkNumbers, numberOf, type TuneOptions, wantedAxes } from '../tune/options.ts';
import { type Found, firstTrial, type Means, type Standing, search } from '../tune/search.ts';
import { lineDifference } from '../tune/source_text.ts';
import { type LoadedConfig, type Variant, variantOf } from '../tune/variant.ts';
import { shownTime } from './talk.ts';
import { folderDiagnostic } from './folder_diagnostic.ts';

export type { TuneOptions } from '../tune/options.ts';

/** What a run did. */
export interface TuneResult {
  status: 'ok' | 'failed';
  /** 0 or 2, as the command exits. */
  exitCode: 0 | 2;
  /** The program's name; null when it could not be read. */
  name: string | null;
  machine: Machine;
  /** What makes the figures less than they could be. */
  remarks: string[];
  seed: number;
  rounds: number;
  /** What was played; null when it did not come to that. */
  load: { about: string; metric: string; better: Better; hasUnits: boolean } | null;
  /** What was found; null when it did not come to that. */
  found: Found | null;
  /** The winner as lines of difference; empty when there is none, or it cannot be written. */
  difference: string[];
  /** Whether the config was changed. */
  written: boolean;
  diagnostics: Diagnostic[];
}

/** A run as far as it is. */
interface Run {
  options: TuneOptions;
  directory: string;
  loaded: LoadedConfig;
  /** A folder of this run alone. */
  folder: string;
  result: TuneResult;
}

/**
 * Tunes a program.
 *
 * @returns also when config, load or environment are wrong: see `status` and `diagnostics`.
 * @throws only for bugs.
 */
export async function tune(options: TuneOptions = {}): Promise<TuneResult> {
  const machine = machineNow();
  const result: TuneResult = {
    status: 'ok',
    exitCode: 0,
    name: null,
    machine,
    remarks: remarksOn(machine),
    seed: 0,
    rounds: 0,
    load: null,
    found: null,
    difference: [],
    written: false,
    diagnostics: [],
  };
  try {
    await tuneStages(options, result);
  } catch (error) {
    if (error instanceof DiagnosticError) result.diagnostics.push(...error.diagnostics);
    else if (error instanceof FolderError) result.diagnostics.push(folderDiagnostic(error, null));
    else throw error;
  }
  if (result.diagnostics.some(({ severity }) => severity === 'error')) {
    result.status = 'failed';
    result.exitCode = 2;
  }
  return result;
}

/** Loads the config; a representation is none. */
async function loadConfig(options: TuneOptions, directory: string): Promise<LoadedConfig> {
  const config = options.config ?? 'loom.config.ts';
  const loaded = await load(resolve(directory, config));
  if (loaded.kind === 'config') return loaded;
  throw new DiagnosticError([diagnostic('LOOM2024', { file: config })]);
}

/** The stages in their order, in a folder that is removed at the end. */
async function tuneStages(options: TuneOptions, result: TuneResult): Promise<void> {
  wantedAxes(options);
  checkNumbers(options);
  const directory = options.directory ?? process.cwd();
  const loaded = await loadConfig(options, directory);
  const cache = defaultCacheFolder(loaded.file) || tmpdir();
  const folder = attempt(cache, () => {
    mkdirSync(cache, { recursive: true });
    return mkdtempSync(join(cache, 'tune-'));
  });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    await tuneIn({ options, directory, loaded, folder, result });
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** The load that was asked for, and the fd that it is about; undefined: any. */
async function loadOf(run: Run, { config }: Variant): Promise<{ load: Load; fd?: string }> {
  const { options, directory, folder } = run;
  const declared = config.tune?.load;
  const command = options.load ?? (declared?.kind === 'command' ? declared.command : undefined);
  if (command !== undefined) {
    const limit = numberOf(options, 'trialSeconds') * 1000;
    return { load: commandLoad(command, directory, limit) };
  }
  if (declared === undefined || declared.kind === 'command') {
    const shown = options.config ?? 'loom.config.ts';
    throw new DiagnosticError([diagnostic('LOOM2020', { config: shown })]);
  }
  const milliseconds = numberOf(options, 'milliseconds');
  const generator = await buildLoadGenerator(folder);
  return { load: declaredLoad(declared, config, generator, milliseconds), fd: declared.fd };
}

/** What the search needs, and the variant that the config is. */
async function meansOf(run: Run): Promise<{ means: Means; first: Variant }> {
  const { options, loaded, folder, result } = run;
  const plan = join(folder, 'plan');
  const first = await variantOf(loaded, [], plan);
  if ('diagnostics' in first) {
    throw new DiagnosticError(await locateAll(first.diagnostics, loaded.locate));
  }
  result.name = first.ir.name;
  const { load: chosen, fd } = await loadOf(run, first);
  const metric = options.metric ?? first.config.tune?.metric ?? chosen.metric;
  const better = betterOf(metric, options.better ?? first.config.tune?.better);
  const { about, hasUnits } = chosen;
  result.load = { about, metric, better, hasUnits };
  let count = 0;
  const build = async (variant: Variant): Promise<Built | { failure: string }> => {
    count += 1;
    options.onProgress?.(`building variant ${count}`);
    try {
      return await buildVariant(variant, join(folder, String(count)), options.compile !== false);
    } catch (error) {
      if (error instanceof Discarded) return { failure: error.message };
      throw error;
    }
  };
  const means: Means = {
    load: chosen,
    metric,
    better,
    wanted: wantedAxes(options),
    areNamed: options.vary !== undefined,
    fd,
    random: seeded(result.seed),
    make: async (choices) => {
      const made = await variantOf(loaded, choices, plan);
      if (!('diagnostics' in made)) return made;
      const [wrong] = made.diagnostics;
      return { reason: `${wrong?.code}: ${wrong?.message}` };
    },
    build,
    onProgress: (done, all, secondsLeft, what) => {
      const left = shownTime(Math.max(0, secondsLeft) * 1000);
      options.onProgress?.(`${what}: trial ${done + 1} of ${all}, ${left} left of these`);
    },
  };
  return { means, first };
}

/** Builds what the user has and loads it once; that it works is needed for everything else. */
async function standingOf(
  first: Variant,
  means: Means,
): Promise<{ standing: Standing; buildMilliseconds: number; trialMilliseconds: number }> {
  const begin = performance.now();
  const built = await means.build(first);
  const buildMilliseconds = performance.now() - begin;
  const hint = `To see it again: loomgen build, and the load by itself (${means.load.about}).`;
  const fail = (reason: string): never => {
    throw new DiagnosticError([diagnostic('LOOM2023', { reason, hint })]);
  };
  if ('failure' in built) return fail(built.failure);
  const standing = { variant: first, built };
  const trial = await firstTrial(standing, means);
  if ('discarded' in trial) return fail(trial.discarded);
  return { standing, buildMilliseconds, trialMilliseconds: trial.milliseconds };
}

/** The run itself. */
async function tuneIn(run: Run): Promise<void> {
  const { options, result } = run;
  result.seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  result.rounds = numberOf(options, 'rounds');
  const variants = numberOf(options, 'variants');
  const minutes = numberOf(options, 'minutes');
  const { means, first } = await meansOf(run);
  const places = placesOf(first.config, means, means.fd);
  if (places.length === 0) {
    const reason = 'this config has no such part';
    throw new DiagnosticError([diagnostic('LOOM2021', { reason, known: axisNames.join(', ') })]);
  }
  const deadlineMilliseconds = performance.now() + minutes * 60_000;
  const { standing, buildMilliseconds, trialMilliseconds } = await standingOf(first, means);
  const { rounds } = result;
  // Each place has what is there twice, and so has the end. What is adopted may open more places.
  const most = Math.min(variants, sum(places.map(({ values }) => values.length)));
  const trials = (most + 2 * places.length + 3) * rounds;
  const longest = trials * trialMilliseconds + most * buildMilliseconds;
  options.onTalk?.(
    `about places: ${places.length}, variants: ${most}, trials: ${trials}; at the pace of the ` +
      `first ${shownTime(longest)}; nothing begins after ${minutes} min`,
  );
  result.found = await search(standing, means, {
    rounds,
    trialMilliseconds,
    variants,
    deadlineMilliseconds,
  });
  result.remarks.push(...means.load.remarks);
  if (result.found.confirmation?.holds === true) await offer(run, result.found.winner);
}

/** Shows what the winner would change in the config, and changes it where the user agrees. */
async function offer({ options, result, folder, loaded }: Run, winner: Variant): Promise<void> {
  const { propose, accept, refusal } = await import('../tune/write_config.ts');
  const proposal = await propose(loaded, winner, join(folder, 'plan'));
  if ('diagnostics' in proposal) {
    result.diagnostics.push(...proposal.diagnostics);
    return;
  }
  result.difference = lineDifference(proposal.before, proposal.after);
  if ((await options.consent?.(result.difference, result)) !== true) return;
  const why = await accept(proposal);
  result.written = why === undefined;
  if (why !== undefined) result.diagnostics.push(refusal(winner.choices, proposal.file, why));
}

/** The sum of numbers. */
function sum(values: readonly number[]): number {
  return values.reduce((whole, value) => whole + value, 0);
}
