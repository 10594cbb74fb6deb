/** What `loomgen doctor --fix` installs: Debian's packages, by apt-get and nothing else. */
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
  const hasApt = system.find('apt-get') !== undefined;
  const byPackage = (each: DoctorFinding): boolean => hasApt && each.packages.length > 0;
  const packages = [...new Set(wrong.filter(byPackage).flatMap((each) => each.packages))].sort();
  const prefix = isRoot ? [] : ['sudo'];
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  const commands = [
    [...prefix, 'apt-get', 'update'],
    [...prefix, ...install],
  ];
  return {
    commands: packages.length === 0 ? [] : commands,
    byHand: wrong.flatMap((each) => (byPackage(each) ? [] : (each.command ?? []))),
  };
}
