/**
 * The shape of one diagnostic code, and of one error of a running program. The codes themselves are
 * data in `codes_*.ts`, one file for each stage, and `codes.ts` joins those of the build.
 */

/** Everything that is always true of one code. */
export interface CodeEntry {
  /** An error stops the build with exit code 2 (or the one given); a warning does not. */
  severity: 'error' | 'warning';
  /** Exit code, when it is not 2. */
  exit?: number;
  /** One line, without holes: the heading of `loomgen explain`. */
  title: string;
  /** Names of the `{holes}` in the three texts below. */
  holes: readonly string[];
  /** What is wrong. */
  what: string;
  /** Why that is not allowed. */
  why: string;
  /** What to type or do. */
  fix: string;
  /** Some sentences and an example, printed by `loomgen explain`. */
  explanation: string;
}

/** A text over several indented lines, without their common indentation. */
export function prose(strings: TemplateStringsArray): string {
  const lines = (strings[0] ?? '').replace(/^\n/, '').trimEnd().split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** An error of a running program. */
export interface RuntimeEntry {
  severity: 'error' | 'warning';
  /** One line: the heading of `loomgen explain`. */
  title: string;
  /** Why it happens and what to do. */
  explanation: string;
}
