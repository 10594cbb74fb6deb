/**
 * What `loomgen doctor --fix` installs: packages by apt-get, or by Homebrew on macOS, and what is
 * in none by the commands of its finding.
 */
import type { DoctorFinding } from './finding.ts';
import type { System } from './system.ts';

/** What is to be typed, one command a row of words; what has to be done by hand beside it. */
export interface Repair {
  commands: string[][];
  /** Commands of findings that no package brings. */
  byHand: string[];
}

/**
 * How what was found missing is installed.
 *
 * @param findings those to repair; what is ok is left out.
 * @param isRoot whether the process may install without sudo.
 */
export function planRepair(
  system: System,
  findings: readonly DoctorFinding[],
  isRoot: boolean,
): Repair {
  const wrong = findings.filter(({ status }) => status !== 'ok');
  const isMac = system.platform === 'darwin';
  const manager = system.find(isMac ? 'brew' : 'apt-get');
  const byPackage = (each: DoctorFinding): boolean =>
    manager !== undefined && each.packages.length > 0;
  const packages = [...new Set(wrong.filter(byPackage).flatMap((each) => each.packages))].sort();
  const prefix = isRoot ? [] : ['sudo'];
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  // Homebrew refuses to be root.
  const managed = isMac
    ? [['brew', 'install', ...packages]]
    : [
        [...prefix, 'apt-get', 'update'],
        [...prefix, ...install],
      ];
  const steps = wrong.flatMap((each) => each.steps.map((words) => [...words]));
  const isByHand = (each: DoctorFinding) => !byPackage(each) && each.steps.length === 0;
  return {
    commands: [...(packages.length === 0 ? [] : managed), ...steps],
    byHand: wrong.flatMap((each) => (isByHand(each) ? (each.command ?? []) : [])),
  };
}
