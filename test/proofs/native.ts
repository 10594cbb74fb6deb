/**
 * Promises that a test in C++ measures: its executables are those of the bounded preset, which a
 * suite may be building at the same time.
 */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../conformance/build.ts';
import { type Extent, type Proof, proof } from './proof.ts';

const run = promisify(execFile);

/** A row, and the test that measures it. */
interface NativeProof {
  promise: string;
  target: string;
  filter: string;
  bound: string;
  environment?: Readonly<Record<string, string>>;
}

function nativeProofs({ mailItems }: Extent): NativeProof[] {
  return [
    {
      promise: `mailbox, 8 producers x ${mailItems} items`,
      target: 'mailbox_test',
      filter: 'Mailbox.LosesNothingOfEightProducersAndKeepsTheOrderOfEach',
      bound: 'none lost, FIFO, 0 allocations',
      environment: { LOOM_MAIL_ITEMS: String(mailItems) },
    },
    {
      promise: 'overflow queue, 10 x the submission queue at once',
      target: 'backend_limits_test',
      filter: '*TenTimesItsSubmissionQueueAtOnceAllCompleteInOrder',
      bound: 'all complete, in order',
    },
    {
      promise: 'stop in every state, both backends',
      target: 'stop_test',
      filter: 'Stop/*',
      bound: '0 in flight',
    },
    {
      promise: '10000 stacks declared, one runs',
      target: 'fiber_stacks_test',
      filter: 'FiberStacks.OfTenThousandDeclaredOnlyTheOneThatRunsTakesMemory',
      bound: 'one stack: 4 pages',
    },
  ];
}

/** What GoogleTest writes of a test that ran. */
interface Ran {
  result: string;
  failures?: unknown;
  resident_pages?: string;
}

/** Runs the tests of a row. */
async function measure(row: NativeProof): Promise<Proof> {
  const executable = join(root, 'build/bounded/test', row.target);
  mkdirSync(join(root, 'build'), { recursive: true });
  for (const step of [[], ['--build', '--target', row.target]]) {
    const command = ['build/bounded.lock', 'cmake', ...step, '--preset', 'bounded'];
    await run('flock', command, { cwd: root, env: { ...process.env, CXX: 'g++' } });
  }
  const folder = mkdtempSync(join(tmpdir(), 'loom-proofs-'));
  try {
    const file = join(folder, 'tests.json');
    const parameters = [`--gtest_filter=${row.filter}`, `--gtest_output=json:${file}`];
    const env = { ...process.env, ...row.environment };
    await run(executable, parameters, { env }).catch(() => undefined);
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      time: string;
      testsuites: { testsuite: Ran[] }[];
    };
    const ran = report.testsuites.flatMap(({ testsuite }) => testsuite);
    const good = ran.filter(({ result, failures }) => result === 'COMPLETED' && !failures);
    const pages = ran.map((one) => one.resident_pages).find(Boolean);
    const figure = pages === undefined ? report.time : `${pages} pages touched`;
    const measured = `${good.length} of ${ran.length} tests hold, ${figure}`;
    return proof(row.promise, measured, row.bound, good.length === ran.length && ran.length > 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All rows of tests in C++. */
export async function allNativeProofs(extent: Extent): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const row of nativeProofs(extent)) proofs.push(await measure(row));
  return proofs;
}
