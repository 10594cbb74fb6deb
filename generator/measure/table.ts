/** Figures as text: times in their units, ratios with their intervals, cells as columns. */
import type { Spread } from './statistics.ts';

/** From the largest; the last is used below the others, too. */
const units = {
  rate: [
    [' M/s', 1e6],
    [' k/s', 1e3],
  ],
  time: [
    [' s', 1e9],
    [' ms', 1e6],
    [' us', 1e3],
    [' ns', 1],
  ],
  bytes: [
    [' MiB', 2 ** 20],
    [' KiB', 2 ** 10],
  ],
} as const;

/** What a figure counts: a rate a second, a time in nanoseconds, or bytes. */
export type Quantity = keyof typeof units;

/** A figure as people read it, in three digits; `-` where there is none. */
export function readableQuantity(quantity: Quantity, value: number | undefined): string {
  if (value === undefined) return '-';
  const all: readonly (readonly [unit: string, size: number])[] = units[quantity];
  const [unit, size] = all.find(([, each]) => value >= each) ?? all.at(-1) ?? ['', 1];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

/** A ratio and the interval around it. */
export function interval({ median: middle, low, high }: Spread): string {
  return `${middle.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** Lines of cells as columns: the first to the left, the others to the right. */
export function columns(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, n) =>
    Math.max(...lines.map((cells) => cells[n]?.length ?? 0)),
  );
  return lines.map((cells) =>
    cells
      .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
