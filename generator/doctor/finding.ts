/** One line of `loomgen doctor`, and the words that its checks have in common. */
import type { Ran, System } from './system.ts';

/** What a line is about; the lines of a subject stand together. */
export type Subject = 'tools' | 'libraries' | 'cross tools' | 'kernel' | 'machine';

/** One thing that was looked at. */
export interface DoctorFinding {
  /** What people call it; unique. */
  name: string;
  subject: Subject;
  /** `warn`: something works less well, or not at all that few need. `fail`: no program builds. */
  status: 'ok' | 'warn' | 'fail';
  /** What it is for, in a few words. */
  purpose: string;
  /** What was seen, in words: a place, a setting, or why not. */
  seen: string;
  /** Its version; null where it has none or does not say. */
  version: string | null;
  /** What to type when it is not ok; null: nothing that would help can be typed. */
  command: string | null;
  /** Packages of this system that bring it, or that `steps` need; empty when none does. */
  packages: readonly string[];
  /** Commands that bring it after these, each as words; empty when there are none. */
  steps: readonly (readonly string[])[];
}

/** What `finding` fills in where nothing else is said. */
const usual = { version: null, command: null, packages: [], steps: [] } as const;

/** A finding; what is not said is null, and a package is a command. */
export function finding(
  given: Omit<DoctorFinding, keyof typeof usual> & Partial<DoctorFinding>,
): DoctorFinding {
  const { packages = [] } = given;
  const command = packages.length === 0 ? null : `sudo apt-get install -y ${packages.join(' ')}`;
  const isGood = given.status === 'ok';
  return { ...usual, ...given, command: isGood ? null : (given.command ?? command) };
}

/** The first number with dots in what a command printed; null when it failed or has none. */
export function versionIn({ status, stdout }: Ran): string | null {
  return /\d+(?:\.\d+)+/.exec(status === 0 ? stdout : '')?.[0] ?? null;
}

/** Whether a version is a minimum or newer, number by number. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = version.split(/\D+/).map(Number);
  for (const [position, wanted] of minimum.split('.').map(Number).entries()) {
    const difference = (have[position] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The first program of several that a machine has, and its path. */
export function firstOf(system: System, programs: readonly string[]): string | undefined {
  for (const program of programs) {
    const path = system.find(program);
    if (path !== undefined) return path;
  }
  return undefined;
}
