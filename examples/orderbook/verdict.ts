/** Whether a run was right: equal to the reference in every field, and nothing lost on the way. */
import { type BookResult, replaySession } from './reference.ts';
import type { RunOutcome } from './run.ts';
import type { SessionMessage } from './session.ts';

/** A field in which handler and reference differ. */
export interface Difference {
  field: string;
  handler: string;
  reference: string;
}

/** The judgement on one run. */
export interface Verdict {
  differences: Difference[];
  /** What must not happen even if the results are equal, a sentence each. */
  problems: string[];
}

/** Whether there is nothing to object to. */
export function isRight({ differences, problems }: Verdict): boolean {
  return differences.length + problems.length === 0;
}

/** Judges a run of all of `session`; `gapsExpected`: depth messages were left out on purpose. */
export function judge(
  outcome: RunOutcome,
  session: readonly SessionMessage[],
  gapsExpected: boolean,
): Verdict {
  const reference = replaySession(session);
  return {
    differences: compare(outcome.result, reference),
    problems: problemsOf(outcome, gapsExpected),
  };
}

/** Every field in which two results differ; levels are compared one by one. */
export function compare(handler: BookResult, reference: BookResult): Difference[] {
  const left = flat(handler);
  const right = flat(reference);
  return [...new Set([...right.keys(), ...left.keys()])]
    .map((field) => ({
      field,
      handler: left.get(field) ?? '-',
      reference: right.get(field) ?? '-',
    }))
    .filter((entry) => entry.handler !== entry.reference);
}

function flat({ bids, asks, ...scalars }: BookResult): Map<string, string> {
  const fields = new Map(Object.entries(scalars).map(([name, value]) => [name, String(value)]));
  for (const [side, levels] of Object.entries({ bids, asks })) {
    for (const [depth, [price, quantity]] of levels.entries()) {
      fields.set(`${side}[${depth}]`, `${quantity} at ${price}`);
    }
  }
  return fields;
}

/** feed::DecodeError in decode.hpp, in its order. */
const decodeErrors = [
  'none',
  'not one JSON object',
  'an unknown message',
  'a field missing or of another type',
  'a price or quantity that is no exact decimal',
  'too many levels',
  'fields that contradict each other',
  'another symbol',
];

function problemsOf(outcome: RunOutcome, gapsExpected: boolean): string[] {
  const { summary, allocationsAfterInit } = outcome;
  const first = decodeErrors[summary.firstError] ?? summary.firstError;
  const lost = gapsExpected ? 0n : summary.diffs.lost;
  const gaps = gapsExpected ? 0n : summary.gaps;
  const checks: [bigint | number, string][] = [
    [gaps, 'gaps in the sequence of depth messages'],
    [summary.invalid, `messages were refused, the first for: ${first}`],
    [summary.disordered, 'tickers or trades came out of order'],
    [summary.crossed, 'times the book was crossed'],
    [summary.overflows, 'levels did not fit into the book'],
    [lost, 'depth messages found no snapshot to join or no room'],
    [summary.brokenConnections, 'connections did not end with the FIN of the exchange'],
    [allocationsAfterInit, 'allocations on the reactor thread after its start'],
  ];
  return checks.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}
