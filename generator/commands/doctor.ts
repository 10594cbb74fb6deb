/**
 * `loomgen doctor`: what compiling and running needs, what this machine has of it, and what to type
 * for the rest. A program can be built when nothing fails; a warning says what it would be without.
 */
import { spawnSync } from 'node:child_process';
import { checkCross } from '../doctor/check_cross.ts';
import { checkKernel } from '../doctor/check_kernel.ts';
import { checkLibraries } from '../doctor/check_libraries.ts';
import { checkMachine } from '../doctor/check_machine.ts';
import { checkTools, runProbe } from '../doctor/check_tools.ts';
import type { DoctorFinding } from '../doctor/finding.ts';
import { planRepair } from '../doctor/install.ts';
import { forSystem } from '../doctor/packages.ts';
import { type System, thisSystem } from '../doctor/system.ts';
import type { Environment } from '../environment.ts';
import { closest } from '../report/suggest.ts';
import { diagnostic } from '../report/diagnostic.ts';
import { asksYes, isSomebodyThere } from './ask.ts';
import { data, talk, talkDiagnostics } from './talk.ts';

export type { DoctorFinding } from '../doctor/finding.ts';

/** The command line of `doctor`. */
export interface DoctorArguments {
  /** Nothing but these lines; all of them when empty. */
  names?: readonly string[] | undefined;
  json?: boolean | undefined;
  /** Install what is missing. */
  fix?: boolean | undefined;
  /** Do not ask before. */
  yes?: boolean | undefined;
}

/** Looks at one machine. */
export function examine(system: System): DoctorFinding[] {
  const probe = runProbe(system);
  return [
    ...checkTools(system, probe),
    ...checkLibraries(system),
    ...checkCross(system),
    ...checkKernel(system, probe),
    ...checkMachine(system),
  ].map((each) => forSystem(each, system));
}

/** Looks at this machine; `environment` decides where tools are. */
export function doctor(environment: Environment = process.env): DoctorFinding[] {
  return examine(thisSystem(environment));
}

/** A finding as lines for people. */
function linesOf(finding: DoctorFinding, width: number): string[] {
  const { name, status, version, seen, purpose, command } = finding;
  const words = version === null ? seen : `${version} (${seen})`;
  const line = `${status.padEnd(4)} ${name.padEnd(width)} ${words} - ${purpose}`;
  return command === null ? [line] : [line, `     ${''.padEnd(width)} type: ${command}`];
}

/** Prints findings, each subject under its name. */
function print(findings: readonly DoctorFinding[]): void {
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const subject of new Set(findings.map((each) => each.subject))) {
    data(`${subject}:`);
    for (const each of findings.filter((other) => other.subject === subject)) {
      for (const line of linesOf(each, width)) data(`  ${line}`);
    }
  }
}

/** The findings that were asked for by name; null after saying which name there is not. */
function chosen(all: readonly DoctorFinding[], names: readonly string[]): DoctorFinding[] | null {
  const known = all.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) {
    return names.length === 0 ? [...all] : all.filter(({ name }) => names.includes(name));
  }
  const near = closest(unknown, known);
  const hint = near === undefined ? `Use one of: ${known.join(', ')}` : `Type: ${near}`;
  talkDiagnostics([diagnostic('LOOM2014', { reason: `doctor knows no '${unknown}'`, hint })]);
  return null;
}

/** Installs what can be; gives whether something was installed. */
async function repair(
  system: System,
  findings: readonly DoctorFinding[],
  given: DoctorArguments,
): Promise<boolean> {
  // What few need is installed when it is named, and not otherwise.
  const named = (given.names ?? []).length > 0;
  const wrong = findings.filter(({ status }) => (named ? status !== 'ok' : status === 'fail'));
  const { commands, byHand } = planRepair(system, wrong, process.geteuid?.() === 0);
  for (const line of byHand) talk(`by hand: ${line}`);
  if (commands.length === 0) {
    if (byHand.length === 0) talk('nothing to install');
    return false;
  }
  for (const words of commands) talk(words.join(' '));
  const agreed = given.yes === true || (isSomebodyThere() && (await asksYes('Install these?')));
  if (!agreed) {
    talk('nothing was installed; --yes installs without asking');
    return false;
  }
  return commands.every(([program = '', ...words]) => {
    // Data of this command is JSON or lines of its own: what apt says is talk.
    return spawnSync(program, words, { stdio: ['inherit', 2, 2] }).status === 0;
  });
}

/** Prints what was found; gives the exit code: 2 when something that is needed is missing. */
export async function runDoctor(given: DoctorArguments): Promise<number> {
  const system = thisSystem(process.env);
  const names = given.names ?? [];
  let findings = chosen(examine(system), names);
  if (findings === null) return 2;
  if (given.fix === true && (await repair(system, findings, given))) {
    findings = chosen(examine(system), names) ?? [];
  }
  const failed = findings.filter(({ status }) => status === 'fail');
  const exitCode = failed.length > 0 ? 2 : 0;
  if (given.json) {
    data(JSON.stringify({ command: 'doctor', exitCode, findings }, null, 2));
    return exitCode;
  }
  print(findings);
  if (failed.length > 0) talk(`${failed.length} missing; loomgen doctor --fix installs them`);
  return exitCode;
}
