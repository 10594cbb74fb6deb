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

/** For each pair of places in two lists, the length of their longest common rest. */
function commonRests(one: readonly string[], other: readonly string[]): number[][] {
  const lengths = Array.from({ length: one.length + 1 }, () =>
    new Array<number>(other.length + 1).fill(0),
  );
  for (let a = one.length - 1; a >= 0; a -= 1) {
    for (let b = other.length - 1; b >= 0; b -= 1) {
      const [row, below] = [lengths[a] ?? [], lengths[a + 1] ?? []];
      row[b] =
        one[a] === other[b] ? (below[b + 1] ?? 0) + 1 : Math.max(below[b] ?? 0, row[b + 1] ?? 0);
    }
  }
  return lengths;
}

/**
 * How one text becomes another, by lines: `-` what goes, `+` what comes, ` ` what stays around it.
 * Empty when they are equal. Takes time by the product of their lines, which are those of a config.
 */
export function lineDifference(before: string, after: string): string[] {
  const [one, other] = [before.split('\n'), after.split('\n')];
  const rests = commonRests(one, other);
  const lines: { mark: '-' | '+' | ' '; text: string }[] = [];
  for (let [a, b] = [0, 0]; a < one.length || b < other.length; ) {
    const [gone = '', come = ''] = [one[a], other[b]];
    if (a < one.length && b < other.length && gone === come) {
      lines.push({ mark: ' ', text: gone });
      a += 1;
      b += 1;
    } else if (b >= other.length || (rests[a + 1]?.[b] ?? -1) >= (rests[a]?.[b + 1] ?? -1)) {
      lines.push({ mark: '-', text: gone });
      a += 1;
    } else {
      lines.push({ mark: '+', text: come });
      b += 1;
    }
  }
  const changed = lines.flatMap(({ mark }, at) => (mark === ' ' ? [] : [at]));
  return lines.flatMap(({ mark, text }, at) =>
    changed.some((each) => Math.abs(each - at) <= contextLines) ? [`${mark} ${text}`] : [],
  );
}
