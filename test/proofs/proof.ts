/** One row of the table of proofs, and how large a run is. */

/** A promise, what was measured, and whether it holds. */
export interface Proof {
  promise: string;
  measured: string;
  bound: string;
  /** `skipped` where the machine lacks the tool that `measured` names. */
  verdict: 'ok' | 'FAIL' | 'skipped';
}

/** How much is measured. */
export interface Extent {
  /** Messages of the runs that watch memory, each. */
  messages: number;
  /** Messages of the runs through the addon, each. */
  addonMessages: number;
  /** Lines of each round that is timed. */
  trips: number;
  /** Items of each of the mailbox's eight producers. */
  mailItems: number;
}

/** By the name of the option that asks for it; `bounded` is for the tests. */
export const extents = {
  bounded: { messages: 1_000_000, addonMessages: 100_000, trips: 2000, mailItems: 20_000 },
  usual: { messages: 10_000_000, addonMessages: 10_000_000, trips: 20_000, mailItems: 1_000_000 },
  full: {
    messages: 100_000_000,
    addonMessages: 100_000_000,
    trips: 100_000,
    mailItems: 10_000_000,
  },
} as const satisfies Record<string, Extent>;

/** A row whose verdict follows from `holds`. */
export function proof(promise: string, measured: string, bound: string, holds: boolean): Proof {
  return { promise, measured, bound, verdict: holds ? 'ok' : 'FAIL' };
}

/** A row that this machine cannot measure for want of `tool`. */
export function skipped(promise: string, tool: string, bound: string): Proof {
  return { promise, measured: `no ${tool} here`, bound, verdict: 'skipped' };
}

/** The rows as text, a line each, in columns. */
export function table(proofs: readonly Proof[]): string {
  const head = { promise: 'promise', measured: 'measured', bound: 'bound', verdict: '' };
  const rows = [head, ...proofs].map((row) => [row.promise, row.measured, row.bound, row.verdict]);
  const widths = [0, 1, 2].map((n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
