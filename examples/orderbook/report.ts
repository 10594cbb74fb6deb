/** What is printed at the end: a table for people, or one JSON value for programs. */
import colors from 'picocolors';
import type { BookResult } from './reference.ts';
import type { RunOutcome } from './run.ts';
import { syncStates } from './sync_state.ts';
import { type Difference, isRight, type Verdict } from './verdict.ts';
import { grouped } from './view.ts';

/** The table, the final book and the verdict; there is none on a session that was interrupted. */
export function reportText(outcome: RunOutcome, verdict: Verdict | 'interrupted'): string {
  const end = verdict === 'interrupted' ? interruptedText(outcome) : verdictText(verdict);
  return [tableText(outcome), '', bookText(outcome.result), '', end, ''].join('\n');
}

/**
 * Everything as one JSON value; ids are strings, because they may pass 2^53. An interrupted run has
 * `interrupted` where others have `equal`, `differences` and `problems`.
 */
export function reportJson(outcome: RunOutcome, verdict: Verdict | 'interrupted'): string {
  const exact = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  const write = (value: object) => JSON.stringify(value, exact, 2);
  if (verdict === 'interrupted') return write({ ok: false, interrupted: true, ...outcome });
  return write({
    ok: isRight(verdict),
    equal: verdict.differences.length === 0,
    ...outcome,
    ...verdict,
  });
}

function interruptedText({ messagesSent }: RunOutcome): string {
  const after = `after ${grouped(messagesSent)} messages`;
  return `  ${colors.yellow('interrupted')} ${after}; what is unfinished is not judged`;
}

function tableText({ result, summary, ...outcome }: RunOutcome): string {
  const total = result.depth + result.tickers + result.trades + result.snapshots;
  const seconds = Number(summary.elapsedNanoseconds) / 1e9;
  const rate = seconds > 0 ? Math.round(total / seconds) : 0;
  const state = summary.state === 'live' ? '' : `, ${syncStates[summary.state]}`;
  const mended = result.gaps === 0 ? '' : `, mended ${outcome.resynced.length} times`;
  const rows: [string, string, string][] = [
    [
      'messages',
      grouped(total),
      `depth ${grouped(result.depth)}, bookTicker ${grouped(result.tickers)}, ` +
        `trade ${grouped(result.trades)}, snapshot ${result.snapshots}`,
    ],
    [
      'payload',
      `${(result.payloadBytes / 1e6).toFixed(2)} MB`,
      `largest message ${grouped(result.largestPayload)} bytes`,
    ],
    ['connections', String(outcome.connections), 'that came up: 4 over TCP, one of a unix socket'],
    [
      'gaps',
      String(result.gaps),
      `${grouped(result.diffsApplied)} diffs applied, ${summary.diffs.ignored} older than their ` +
        `snapshot, ${summary.diffs.lost} lost${state}${mended}`,
    ],
    ['rate', `${grouped(rate)}/s`, `${seconds.toFixed(3)} s from the first message to the last`],
    ['p50', duration(summary.latency.p50), 'from bytes taken by the loop to handler done'],
    ['p99', duration(summary.latency.p99), ''],
    ['p99.9', duration(summary.latency.p999), `longest ${duration(summary.latency.maximum)}`],
    ['backend', outcome.backend.name, outcome.backend.reason],
    [
      'system calls',
      grouped(outcome.kernelEntries),
      `${(total > 0 ? outcome.kernelEntries / total : 0).toFixed(2)} a message`,
    ],
    ['allocations', String(outcome.allocationsAfterInit), 'on the reactor thread after its start'],
  ];
  return rows
    .map(([name, value, note]) => {
      const line = `  ${colors.dim(name.padEnd(13))}${colors.bold(value.padStart(12))}`;
      return note === '' ? line : `${line}   ${note}`;
    })
    .join('\n');
}

/** Nanoseconds in the unit that suits them. */
function duration(nanoseconds: bigint): string {
  const value = Number(nanoseconds);
  if (value < 1e3) return `${value} ns`;
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} µs` : `${(value / 1e6).toFixed(2)} ms`;
}

function bookText({ bids, asks, bidLevels, askLevels, bookId }: BookResult): string {
  const left = 'bid quantity'.padStart(16) + 'bid'.padStart(16);
  const title = `  ${left}   ${'ask'.padEnd(16)}ask quantity`;
  const rows = Array.from({ length: Math.max(bids.length, asks.length) }, (_, depth) => {
    const [bid = '', bidQuantity = ''] = bids[depth] ?? [];
    const [ask = '', askQuantity = ''] = asks[depth] ?? [];
    return (
      `  ${bidQuantity.padStart(16)}${colors.green(bid.padStart(16))}   ` +
      `${colors.red(ask.padEnd(16))}${askQuantity}`
    );
  });
  const size = `  ${grouped(bidLevels)} bids and ${grouped(askLevels)} asks at update ${bookId}`;
  return [colors.dim(title), ...rows, colors.dim(size)].join('\n');
}

function verdictText({ differences, problems }: Verdict): string {
  const lines: string[] = [];
  if (differences.length === 0) {
    lines.push(`  ${colors.green('equal')} to the independent replay in TypeScript`);
  } else {
    lines.push(`  ${colors.red('different')} from the independent replay in TypeScript:`);
    lines.push(...differenceLines(differences));
  }
  lines.push(...problems.map((problem) => `  ${colors.red('problem')} ${problem}`));
  return lines.join('\n');
}

function differenceLines(differences: Difference[]): string[] {
  const head = { field: 'field', handler: 'handler', reference: 'reference' };
  const all = [head, ...differences];
  const width = (name: keyof Difference) => Math.max(...all.map((entry) => entry[name].length));
  const [field, handler] = [width('field'), width('handler')];
  return all.map((entry) => {
    return `    ${entry.field.padEnd(field)}  ${entry.handler.padEnd(handler)}  ${entry.reference}`;
  });
}
