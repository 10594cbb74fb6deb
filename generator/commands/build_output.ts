/** What `loomgen build` prints, for people and with --json for programs. */
import { countPlan, type Plan } from '../plan.ts';
import { toJson } from '../report/json.ts';
import { stampKey } from '../stamp.ts';
import type { BuildOptions, BuildResult } from './build.ts';
import { unchangedBuild } from './unchanged.ts';
import { data, ProgressLine, shownPath, shownTime, talk, talkDiagnostics } from './talk.ts';

/** The command line of `build`, as yargs reads it. */
export interface BuildArguments {
  config: string;
  out: string | undefined;
  target: string;
  backend: string | undefined;
  debug?: boolean | undefined;
  compile: boolean;
  check?: boolean | undefined;
  dryRun?: boolean | undefined;
  force?: boolean | undefined;
  json?: boolean | undefined;
  quiet?: boolean | undefined;
  verbose?: boolean | undefined;
}

/** Runs a build that may have much to do. */
async function buildWhole(given: BuildArguments): Promise<BuildResult> {
  const progress = new ProgressLine(
    given.json !== true && given.quiet !== true && given.verbose !== true,
  );
  const options: BuildOptions = {
    config: given.config,
    out: given.out,
    target: given.target,
    backend: backendsOf(given),
    preset: presetOf(given),
    compile: given.compile,
    check: given.check,
    dryRun: given.dryRun,
    force: given.force,
    onCommand: (command) => {
      if (given.verbose === true) talk(command);
      else progress.show('configuring ...');
    },
    onNote: (note) => {
      if (given.verbose === true) talk(note);
    },
    onProgress: (done, all) => {
      progress.show(`compiling ${done} of ${all}`);
    },
  };
  // Everything that generates is loaded here, and only here.
  const { build } = await import('./build.ts');
  const result = await build(options);
  progress.clear();
  return result;
}

/** The backends asked for; undefined: the config's. */
function backendsOf({ backend }: BuildArguments): string[] | undefined {
  return backend?.split(',').filter((each) => each !== '');
}

/** What is compiled, if anything is. */
function presetOf({ debug }: BuildArguments): 'debug' | 'release' {
  return debug === true ? 'debug' : 'release';
}

/** The result of a build that would do nothing; null when only a whole build can tell. */
async function buildNothing(given: BuildArguments): Promise<BuildResult | null> {
  // What --verbose tells is found out by a whole build, and other targets are checked there.
  if (given.verbose === true || given.target !== 'host') return null;
  const writes = given.check !== true && given.dryRun !== true;
  const preset = given.compile && writes ? presetOf(given) : null;
  const key = stampKey({ ...given, backend: backendsOf(given) }, process.cwd());
  return unchangedBuild(key, { writes, preset });
}

/** Runs `build` and prints; gives the exit code. */
export async function runBuild(given: BuildArguments): Promise<number> {
  const result = (await buildNothing(given)) ?? (await buildWhole(given));
  if (given.json === true) data(JSON.stringify(buildJson(result), null, 2));
  else printResult(given, result);
  return result.exitCode;
}

/** The --json document of a build: everything that is not the same, and the counts. */
export function buildJson(result: BuildResult): object {
  const { plan } = result;
  return {
    command: 'build',
    status: result.status,
    exitCode: result.exitCode,
    name: result.name,
    out: result.out === null ? null : shownPath(result.out),
    plan: plan === null ? null : { counts: countPlan(plan), entries: changesOf(plan) },
    written: result.written,
    noStandalone: result.noStandalone,
    compiled: result.compiled,
    diagnostics: toJson(result.diagnostics),
  };
}

/** The entries of a plan that say something. */
function changesOf(plan: Plan): Plan['entries'] {
  return plan.entries.filter(({ action }) => action !== 'same');
}

function printResult(given: BuildArguments, result: BuildResult): void {
  const { plan } = result;
  const onlyPlans = given.check === true || given.dryRun === true;
  if (plan !== null && given.quiet !== true && (onlyPlans || given.verbose === true)) {
    for (const { path, action, note } of changesOf(plan)) {
      const line = `${action.padEnd(6)} ${path}${note === undefined ? '' : ` (${note})`}`;
      if (onlyPlans) data(line);
      else talk(line);
    }
  }
  talkDiagnostics(result.diagnostics);
  if (result.status !== 'ok' || given.quiet === true) return;
  talk(summary(given, result));
}

/** One or two lines that say what happened. */
function summary(given: BuildArguments, result: BuildResult): string {
  const { plan, compiled } = result;
  if (plan === null || result.out === null) return '';
  const lines = [`${result.name}: ${planWords(plan, given)} in ${shownPath(result.out)}`];
  if (given.check === true || given.dryRun === true) return lines.join('\n');
  if (compiled !== null) {
    const time = shownTime(compiled.milliseconds);
    const made = compiled.artifacts.join(', ');
    const words = compiled.steps === 0 ? 'is up to date' : `compiled in ${time}`;
    lines.push(`  ${compiled.preset} ${words}: ${made}`);
  }
  const strangers = plan.entries.filter(({ action, note }) => {
    return action === 'kept' && note === 'not made by loomgen';
  });
  if (strangers.length > 0) {
    const shown = strangers.slice(0, 3).map(({ path }) => path);
    lines.push(
      `  not made by loomgen and left alone: ${shown.join(', ')}${more(strangers.length)}`,
    );
  }
  if (result.noStandalone !== null && compiled !== null) {
    lines.push(`  no standalone executable: ${result.noStandalone}`);
  }
  return lines.join('\n');
}

/** What a list of three leaves out. */
function more(count: number): string {
  return count > 3 ? ` and ${count - 3} more` : '';
}

/** The counts of a plan in words. */
function planWords(plan: Plan, given: BuildArguments): string {
  const { add, change, remove, same } = countPlan(plan);
  if (add + change + remove === 0) return `${same} files up to date`;
  const would = given.check === true || given.dryRun === true ? 'to be ' : '';
  const parts: string[] = [];
  if (add > 0) parts.push(`${add} added`);
  if (change > 0) parts.push(`${change} changed`);
  if (remove > 0) parts.push(`${remove} removed`);
  return `${would}${parts.join(', ')}, ${same} the same`;
}
