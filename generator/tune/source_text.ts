/** Values as the source text of a config, and the difference of two texts by lines. */
import type { Value } from './axes.ts';

/** How a config is written: the mark around its strings, and JSON, which has one around keys. */
export type Style = 'single' | 'double' | 'json';

/** A key and its value as they are written into a config. */
export function propertyText(key: string, value: string, style: Style): string {
  return style === 'json' ? `"${key}": ${value}` : `${key}: ${value}`;
}

/** A value as it is written into a config. */
export function valueText(value: Value, style: Style = 'single'): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return style === 'single' ? `'${value}'` : `"${value}"`;
  if (Array.isArray(value)) return `[${value.map((each) => valueText(each, style)).join(', ')}]`;
  const entries = Object.entries(value).map(([key, each]) =>
    propertyText(key, valueText(each, style), style),
  );
  return `{ ${entries.join(', ')} }`;
}

/** Lines around a difference that are shown. */
const contextLines = 1;

/** Lines of one text that another has or has not: a step, with the steps before it. */
interface Step {
  mark: '-' | '+' | ' ';
  text: string;
  before: Step | undefined;
}

/** How far the first text was read on a diagonal, and by what. */
interface Reach {
  read: number;
  last: Step | undefined;
}

/** Lines that may go and come; where it would take more, all of a text go and all come. */
const maximumChanges = 1000;

/** The steps by which every line of one text goes and every line of the other comes. */
function wholly(one: readonly string[], other: readonly string[]): Step | undefined {
  let last: Step | undefined;
  for (const text of one) last = { mark: '-', text, before: last };
  for (const text of other) last = { mark: '+', text, before: last };
  return last;
}

/**
 * The fewest steps from one list to another, by Myers' greedy search (1986): after each number of
 * changes the furthest that can be reached on each diagonal, which is what was read of the first
 * list less what was read of the second. Its memory grows by the square of the changes alone.
 */
function fewestSteps(one: readonly string[], other: readonly string[]): Step | undefined {
  const reached = new Map<number, Reach>();
  for (let changes = 0; changes <= maximumChanges; changes += 1) {
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      const [below, above] = [reached.get(diagonal - 1), reached.get(diagonal + 1)];
      let { read, last }: Reach = { read: 0, last: undefined };
      if (above !== undefined && (below === undefined || below.read < above.read)) {
        read = above.read;
        last = { mark: '+', text: other[read - diagonal - 1] ?? '', before: above.last };
      } else if (below !== undefined) {
        read = below.read + 1;
        last = { mark: '-', text: one[below.read] ?? '', before: below.last };
      }
      for (; read < one.length && one[read] === other[read - diagonal]; read += 1) {
        last = { mark: ' ', text: one[read] ?? '', before: last };
      }
      if (read >= one.length && read - diagonal >= other.length) return last;
      reached.set(diagonal, { read, last });
    }
  }
  return wholly(one, other);
}

/**
 * How one text becomes another, by lines: `-` what goes, `+` what comes, ` ` what stays around it.
 * Empty when they are equal.
 */
export function lineDifference(before: string, after: string): string[] {
  const lines: Step[] = [];
  let step = fewestSteps(before.split('\n'), after.split('\n'));
  for (; step !== undefined; step = step.before) lines.push(step);
  lines.reverse();
  const changed = lines.flatMap(({ mark }, at) => (mark === ' ' ? [] : [at]));
  return lines.flatMap(({ mark, text }, at) =>
    changed.some((each) => Math.abs(each - at) <= contextLines) ? [`${mark} ${text}`] : [],
  );
}
