/** What `loomgen build` prints, for people and with --json for programs. */
import { countPlan, type Plan } from '../plan.ts';
import { zigMusl } from '../../schemas/targets.ts';
import { toJson } from '../report/json.ts';
import type { BuildResult } from './build.ts';
import type { TargetResult } from './build_targets.ts';
import { data, shownPath, shownTime, talk, talkDiagnostics } from './talk.ts';

/** The command line of `build`, as yargs reads it. */
export interface BuildArguments {
  config: string;
  out: string | undefined;
  target: string;
  static?: boolean | undefined;
  zig?: boolean | undefined;
  backend: string | undefined;
  debug?: boolean | undefined;
  compile: boolean;
  trace?: boolean | undefined;
  check?: boolean | undefined;
  dryRun?: boolean | undefined;
  force?: boolean | undefined;
  json?: boolean | undefined;
  quiet?: boolean | undefined;
  verbose?: boolean | undefined;
}

/** The backends asked for; undefined: the config's. */
export function backendsOf({ backend }: BuildArguments): string[] | undefined {
  return backend?.split(',').filter((each) => each !== '');
}

/** The preset asked for. */
export function presetOf({ debug }: BuildArguments): 'debug' | 'release' {
  return debug === true ? 'debug' : 'release';
}

/** Prints what a build did. */
export function printBuild(given: BuildArguments, result: BuildResult): void {
  if (given.json === true) data(JSON.stringify(buildJson(result), null, 2));
  else printResult(given, result);
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
    targets: result.targets,
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
  lines.push(...result.targets.map((target) => targetLine(target, result.name ?? '')));
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

/** One target in a line: where it is, what it needs, by what it was loaded. */
function targetLine(result: TargetResult, name: string): string {
  const { target, compiler, bytes, minimumGlibc, minimumSystem, executable } = result;
  const { loadedBy, notLoaded, needed } = result;
  const others = needed.filter((each) => !/^(?:libc|libm|libpthread|ld-linux.*)\.so/.test(each));
  const words = [
    `${Math.ceil(bytes / 1024)} KiB by the ${compiler} compiler`,
    ...(minimumGlibc === null ? [] : [`glibc ${minimumGlibc} or newer`]),
    ...(minimumSystem === null ? [] : [`${minimumSystem} or newer`]),
    ...(executable === null ? [] : [`with ${executable}`]),
    ...(target.endsWith('-musl') ? [`musl ${zigMusl} or newer`] : []),
    ...(others.length === 0 ? [] : [`needs ${others.join(', ')}`]),
    loadedBy === null ? `not loaded here (${notLoaded})` : `loaded by ${loadedBy}`,
  ];
  return `  prebuilds/${target}/${name}.node: ${words.join('; ')}`;
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
