/**
 * Zones of TypeScript in a profiling build. Functions that loomgen instrumented call these; the
 * addon that a program loads hands them to the profiler. Until then, and in a process without such
 * an addon, a zone costs a comparison. Zones of one thread close in the order in which they were
 * opened, last first: a function that waits closes its own before, and opens it anew when it goes
 * on.
 */

/** What a profiling build's addon has beside the rest; runtime/loom/node/trace_functions.hpp. */
export interface TraceAddon {
  /** Makes a zone known; gives its number in the addon. Colour is 0xRRGGBB, 0 for none. */
  traceZone(name: string, file: string, line: number, colour: number): number;
  /** Opens a zone on this thread. */
  traceBegin(zone: number): void;
  /** Closes the zone that was opened last on this thread. */
  traceEnd(): void;
}

/** A zone of one file: name, line, colour. */
export type ZonePlace = readonly [name: string, line: number, colour: number];

/** Every zone that a file made known, in the order of numbers. */
const places: [file: string, place: ZonePlace][] = [];
/** The addon's number of each of them; as long as `places` once there is an addon. */
const numbers: number[] = [];
let addon: TraceAddon | undefined;
/** Zones that are open in the addon on this thread. */
let open = 0;

function announce(): void {
  if (addon === undefined) return;
  for (const [file, [name, line, colour]] of places.slice(numbers.length)) {
    numbers.push(addon.traceZone(name, file, line, colour));
  }
}

/**
 * Sends all zones from here on to an addon; the first one that has tracing stays. Zones that are
 * open already are not told to it.
 */
export function connectTrace(candidate: object): void {
  if (addon !== undefined || !('traceBegin' in candidate)) return;
  addon = candidate as TraceAddon;
  announce();
}

/** Makes the zones of a file known; gives the number of the first, the others follow it. */
export function registerZones(file: string, zones: readonly ZonePlace[]): number {
  const first = places.length;
  for (const zone of zones) places.push([file, zone]);
  announce();
  return first;
}

/** Opens a zone; gives what `zoneEnd` takes: how many were open before. */
export function zoneBegin(zone: number): number {
  if (addon === undefined) return 0;
  addon.traceBegin(numbers[zone] as number);
  open += 1;
  return open - 1;
}

/**
 * Closes the zone that was opened when `before` zones were open, and what was left open inside it
 * because the stack overflowed before it could be closed.
 */
export function zoneEnd(before: number): void {
  while (open > before) {
    // In this order: the call itself throws when the stack has no room for it.
    (addon as TraceAddon).traceEnd();
    open -= 1;
  }
}

/** The zone of a function that can wait: closed while it does. */
export class SuspendableZone {
  readonly #zone: number;
  /** What `zoneEnd` takes; below 0 while the zone is closed. */
  #before: number;

  /** Opens it. */
  constructor(zone: number) {
    this.#zone = zone;
    this.#before = zoneBegin(zone);
  }

  /** Closes it if it is open; gives `value`. */
  pause<Value>(value?: Value): Value {
    if (this.#before >= 0) {
      zoneEnd(this.#before);
      this.#before = -1;
    }
    return value as Value;
  }

  /** Opens it if it is closed; gives `value`. */
  resume<Value>(value?: Value): Value {
    if (this.#before < 0) this.#before = zoneBegin(this.#zone);
    return value as Value;
  }

  /** For `using` after an `await using`: closes the zone before that is disposed of. */
  pausing(): Disposable {
    return { [Symbol.dispose]: () => this.pause() };
  }

  /** For `using` before an `await using`: opens the zone after that was disposed of. */
  resuming(): Disposable {
    return { [Symbol.dispose]: () => this.resume() };
  }
}

/** Opens the zone of a function that can wait. */
export function zoneOpen(zone: number): SuspendableZone {
  return new SuspendableZone(zone);
}
