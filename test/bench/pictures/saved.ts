/** Reads back what `--json` printed, and says where a file is something else. */

import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { Report } from '../report.ts';

const number = v.pipe(v.number(), v.finite());
const spread = v.object({ median: number, low: number, high: number });

const figures = v.object({
  rate: v.exactOptional(number),
  time: v.exactOptional(number),
  cpu: v.exactOptional(number),
  bytes: v.exactOptional(number),
  p50: v.exactOptional(number),
  p90: v.exactOptional(number),
  p99: v.exactOptional(number),
  p999: v.exactOptional(number),
  max: v.exactOptional(number),
  syscallsPerMessage: v.exactOptional(number),
  generatorP99: v.exactOptional(number),
  loss: v.exactOptional(number),
  overBare: v.exactOptional(number),
});

const row = v.object({
  server: v.string(),
  trials: number,
  // Runs that were saved before it was counted have none.
  pairs: v.exactOptional(number),
  discarded: v.array(v.object({ round: number, why: v.string() })),
  spread: v.nullable(spread),
  ratio: v.nullable(spread),
  medians: figures,
});

const section = v.object({
  scenario: v.string(),
  about: v.string(),
  metric: v.picklist(['rate', 'p50', 'p99', 'time', 'cpu', 'bytes']),
  played: v.nullable(
    v.object({
      load: v.picklist(['echo', 'ingest', 'paced', 'replay']),
      transport: v.picklist(['tcp', 'unix', 'udp']),
      connections: number,
      bytes: number,
      depth: v.exactOptional(number),
    }),
  ),
  baseline: v.string(),
  rows: v.array(row),
  noise: v.nullable(spread),
  noisy: v.boolean(),
});

const report: v.GenericSchema<unknown, Report> = v.object({
  command: v.string(),
  machine: v.object({
    kernel: v.string(),
    processor: v.string(),
    cores: number,
    loadAverage: number,
    compiler: v.string(),
    node: v.string(),
    date: v.string(),
  }),
  seed: number,
  rounds: number,
  measuredMilliseconds: number,
  remarks: v.array(v.string()),
  sections: v.array(section),
});

/**
 * A run that was saved.
 * @throws {RangeError} naming the file, and the place in it, where it is not one
 */
export function readReport(file: string): Report {
  const fail = (why: string): never => {
    throw new RangeError(`${file} is no result of \`npm run -s bench -- --json\`: ${why}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return fail((error as Error).message);
  }
  const result = v.safeParse(report, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  return fail(path === null ? issue.message : `${path}: ${issue.message}`);
}
