/** A run of the benchmark from end to end, with servers that behave and servers that do not. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { here } from './compile.ts';
import type { Report } from './report.ts';

const run = promisify(execFile);
const root = join(here, '../..');
const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');

/** The command of a fake server. */
const fake = (behaviour: string): string =>
  `'${process.execPath}' --import '${tsx}' '${join(here, './fakes/server.ts')}' ${behaviour}`;

/** Runs the benchmark with nobody but the given servers. */
async function bench(peers: Readonly<Record<string, string>>, ...options: string[]) {
  const named = Object.entries(peers).flatMap(([name, command]) => [
    '--peer',
    `${name}=${command}`,
  ]);
  const own = ['--only', 'none', '--rounds', '2', '--milliseconds', '400', '--seed', '5'];
  const parameters = ['--import=tsx', join(here, 'main.ts'), ...own, ...named, ...options];
  return run(process.execPath, parameters, { cwd: root }).catch((error: unknown) => {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  });
}

/** How one server fared in the only scenario. */
function rowOf(report: Report, server: string) {
  const row = report.sections[0]?.rows.find((one) => one.server === server);
  if (row === undefined) throw new Error(`no row of ${server}`);
  return row;
}

test('honest servers get figures, others a reason', async (t) => {
  t.timeout(600_000);
  const peers = {
    honest: fake('honest'),
    crashing: fake('crashes'),
    lying: fake('lies'),
    spoiling: fake('spoils'),
    absent: '/nonexistent/server',
  };
  const { stdout, stderr } = await bench(peers, '--scenario', 'round-trip-tcp', '--json');
  const report = JSON.parse(stdout) as Report;
  t.is(report.seed, 5);
  t.is(report.rounds, 2);
  const honest = rowOf(report, 'honest');
  t.is(honest.trials, 2, stdout);
  t.deepEqual(honest.discarded, []);
  t.true((honest.medians.rate ?? 0) > 0 && (honest.medians.p50 ?? 0) > 0);
  t.is(rowOf(report, 'honest again').trials, 2);
  const reasons = {
    crashing: /the server ended \(exit 9\) under load/,
    lying: /messages that the server counted/,
    spoiling: /messages that came back wrong: 1, not 0/,
  };
  for (const [server, reason] of Object.entries(reasons)) {
    const row = rowOf(report, server);
    t.is(row.trials, 0, server);
    t.is(row.discarded.length, 2, server);
    for (const { why } of row.discarded) t.regex(why, reason);
    t.is(row.spread, null);
  }
  const [left] = report.remarks.filter((remark) => remark.startsWith('Left out: absent'));
  t.regex(
    left ?? '',
    /does not start: the server ended \(exit 127\) before it said READY: .*not found/,
  );
  t.regex(stderr, /bench: 0 of 10 trials, /);
});

test('a sink is held against what it was sent', async (t) => {
  t.timeout(600_000);
  const peers = { honest: fake('honest'), lying: fake('lies'), silent: fake('silent') };
  const { stdout } = await bench(peers, '--scenario', 'ingest-8');
  t.regex(stdout, /honest again/);
  t.regex(stdout, /noise floor \(honest twice\): /);
  t.regex(stdout, /discarded: lying, round 2: messages that the server counted: \d+, not \d+/);
  t.regex(stdout, /4 trials, 2 discarded/);
  t.regex(stdout, /Left out: silent, which does not start: the server did not say READY in time/);
});

test('a run without a figure fails, and so does a wrong command line', async (t) => {
  t.timeout(600_000);
  const none = await bench({ absent: '/nonexistent/server' }, '--scenario', 'round-trip-unix');
  t.like(none, { code: 1 });
  t.regex(none.stdout, /Left out: absent, which does not start/);
  const unknown = await bench({}, '--scenario', 'sideways');
  t.like(unknown, { code: 2 });
  t.regex(unknown.stderr, /no scenario 'sideways'; there are round-trip-tcp/);
  t.like(await bench({}, '--sideways'), { code: 2 });
  const twice = await bench({ same: 'x' }, '--peer', 'same=y');
  t.like(twice, { code: 2 });
  t.regex(twice.stderr, /two servers are called 'same'/);
  t.regex(
    (await bench({ one: 'x' }, '--baseline', 'two')).stderr,
    /no server 'two' to be the base/,
  );
  t.regex((await bench({}, '--record')).stderr, /--record belongs to --gate/);
  t.like(await bench({ 'two words': 'x' }), { code: 2 });
});
