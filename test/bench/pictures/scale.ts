/**
 * Scales: where a value lies in a picture, and which round values its axis names. A scale reaches
 * from tick to tick, so that nothing that it was made for lies outside.
 */

/** An axis. */
export interface Scale {
  /** The place of a value. */
  at(value: number): number;
  /** Round values that lie on the axis, ascending; the ends are among them. */
  ticks: readonly number[];
}

/** Pixels between which an axis lies; `from` may be the larger one. */
export interface Extent {
  from: number;
  to: number;
}

/** The step, 1, 2 or 5 times a power of ten, that divides a length into about `count`. */
function roundStep(length: number, count: number): number {
  const power = 10 ** Math.floor(Math.log10(length / count));
  const factor = [1, 2, 5].find((one) => power * one * count >= length) ?? 10;
  return power * factor;
}

/** A scale from 0 to at least `high`, as lengths of bars need it. */
export function linear(high: number, { from, to }: Extent, count = 6): Scale {
  const top = high > 0 && Number.isFinite(high) ? high : 1;
  const step = roundStep(top, count);
  // The last digits of a sum of steps would be noise, and a step too many.
  const steps = Math.ceil(top / step - 1e-9);
  const ticks = Array.from({ length: steps + 1 }, (_, n) => Number((n * step).toPrecision(12)));
  const end = ticks.at(-1) ?? 1;
  return { ticks, at: (value) => from + ((to - from) * value) / end };
}

/** Round values around `low` and `high`: 1, 2, 5 in each decade, or each decade, or some. */
function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const fine = last - first <= 2;
  const every = Math.max(1, Math.ceil((last - first) / count));
  const decades = Array.from(
    { length: Math.ceil(Math.max(1, last - first) / every) + 1 },
    (_, n) => first + n * every,
  );
  const ticks = decades.flatMap((power) =>
    (fine ? [1, 2, 5] : [1]).map((factor) => Number(`${factor}e${power}`)),
  );
  const begin = ticks.filter((tick) => tick <= low * (1 + 1e-9)).length - 1;
  const end = ticks.findIndex((tick) => tick >= high * (1 - 1e-9) && tick > (ticks[begin] ?? 0));
  return ticks.slice(Math.max(0, begin), end === -1 ? undefined : end + 1);
}

/** A logarithmic scale around `values`; what is not above 0 lies at its beginning. */
export function logarithmic(values: readonly number[], { from, to }: Extent, count = 6): Scale {
  const held = values.filter((value) => value > 0 && Number.isFinite(value));
  const ticks = held.length === 0 ? [1, 10] : logTicks(Math.min(...held), Math.max(...held), count);
  const [low = 1, high = 10] = [ticks[0], ticks.at(-1)];
  const length = Math.log(high / low);
  return {
    ticks,
    at: (value) =>
      value <= low ? from : from + ((to - from) * Math.min(length, Math.log(value / low))) / length,
  };
}

/**
 * Moves places apart until each has `gap` to the next, and keeps them above `end` where they fit.
 * @param places ascending
 */
export function apart(places: readonly number[], gap: number, end: number): number[] {
  const moved: number[] = [];
  for (const place of places) moved.push(Math.max(place, (moved.at(-1) ?? -Infinity) + gap));
  let limit = end;
  for (let n = moved.length - 1; n >= 0; --n) {
    moved[n] = Math.min(moved[n] ?? limit, limit);
    limit = (moved[n] ?? limit) - gap;
  }
  return moved;
}

/** Three digits and a unit of thousand, million and so on, or of parts of them. */
function withUnit(value: number, units: readonly (readonly [number, string])[]): string {
  if (value === 0) return '0';
  const [size, unit] = units.find(([least]) => Math.abs(value) >= least) ?? units.at(-1) ?? [1, ''];
  return `${Number((value / size).toPrecision(3))} ${unit}`.trimEnd();
}

/** Nanoseconds as people read them. */
export function duration(nanoseconds: number): string {
  return withUnit(nanoseconds, [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ]);
}

/** Messages a second as people read them. */
export function frequency(rate: number): string {
  return withUnit(rate, [
    [1e6, 'M/s'],
    [1e3, 'k/s'],
    [1, '/s'],
  ]);
}

/** A small number as an axis or a label says it. */
export function plain(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
}
