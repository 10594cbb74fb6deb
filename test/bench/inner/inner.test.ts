/**
 * What is measured without a server: lines are read, rounds are kept, and a tiny run of whatever
 * needs no long build comes to figures. None of it depends on how fast anything is.
 */

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { Child, Discarded } from '../../../generator/measure/child.ts';
import { here } from '../compile.ts';
import { machineNow } from '../../../generator/measure/machine.ts';
import { type Report, reportText, sectionOf } from '../report.ts';
import { runRounds, tried } from '../../../generator/measure/rounds.ts';
import type { Contest } from '../rounds.ts';
import { seeded } from '../../../generator/measure/statistics.ts';
import { freeAddress, startMilliseconds } from '../trial.ts';
import { entrantOf, setting } from './entrant_of.ts';
import { rateOf, readyOf, timeOf, usageOf } from './entrant.ts';
import { Meter } from './meter.ts';
import { used } from './usage.ts';

const run = promisify(execFile);
const root = join(here, '../..');
const buildMilliseconds = 240_000;
/** Two bytes of a frame's head, and the message. */
const frameBytes = 102;

test('lines of programs are read, and others are discarded', (t) => {
  t.deepEqual(timeOf({ count: 4, nanoseconds: 10 }), { time: 2.5 });
  t.deepEqual(rateOf({ count: 4, nanoseconds: 2 }), { rate: 2e9 });
  t.deepEqual(usageOf({ cpu_ns: 3, wall_ns: 7 }), { cpu: 3, time: 7 });
  const wrong = { instanceOf: Discarded, message: /has no (?:count|nanoseconds|cpu_ns): \{/ };
  t.throws(() => timeOf({ nanoseconds: 10 }), wrong);
  t.throws(() => timeOf({ count: 0, nanoseconds: 10 }), wrong);
  t.throws(() => rateOf({ count: 1, nanoseconds: Number.NaN }), wrong);
  t.throws(() => usageOf({}), wrong);
  const ready = { count: 8, nanoseconds: 1600, bare_nanoseconds: 2000 };
  t.deepEqual(readyOf(ready), { time: 200, overBare: -50 });
  t.throws(() => readyOf({ count: 8, nanoseconds: 1600 }), { message: /has no bare_nanoseconds/ });
});

test('a meter counts once it is warm, until its time is over', (t) => {
  const meter = new Meter(['0', '0']);
  t.is(meter.add(100), undefined);
  const result = meter.add(7);
  t.is(result?.count, 7);
  t.true((result?.nanoseconds ?? -1) >= 0);
  const patient = new Meter(['60000', '0']);
  t.is(patient.add(1), undefined);
  t.is(patient.add(1), undefined);
});

test('a contest keeps its rounds, and its figures are printed in units', async (t) => {
  const scenario = { name: 'tiny', about: 'of nothing', metric: 'bytes' as const, quick: true };
  const give = (bytes: number) => () => tried(async () => ({ bytes }));
  const field = [
    { name: 'one', run: give(2048) },
    { name: 'two', run: give(1024 * 3072) },
    {
      name: 'none',
      run: () =>
        tried(async () => {
          throw new Discarded('it is not');
        }),
    },
  ];
  const contests: Contest[] = [{ scenario, field, rounds: 2 }];
  const extent = { rounds: 5, trialMilliseconds: 1, deadlineMilliseconds: Infinity };
  const told: number[] = [];
  const results = await runRounds(contests, 'two', extent, seeded(1), (done, all) =>
    told.push(done, all),
  );
  t.deepEqual([told.length / 2, told.at(-1)], [8, 8]);
  const [result] = results;
  if (result === undefined) throw new Error('nobody took part');
  const section = sectionOf(result, seeded(1));
  const of = { machine: machineNow(), seed: 1, rounds: 2, measuredMilliseconds: 1, remarks: [] };
  const lines = reportText({ ...of, command: 'npm run bench', sections: [section] });
  t.regex(lines, /bytes, lower is better +median +quartiles +over two +trials\n/);
  t.regex(lines, /one +2 KiB +2 KiB \.\. 2 KiB +0\.001 \[0\.001, 0\.001\] +2\n/);
  t.regex(lines, /two again +3 MiB .* 1\.000 \[1\.000, 1\.000\] +2\n/);
  t.regex(lines, /discarded: none, round 2: it is not/);
});

test('a command takes time, and one that fails has no figures', async (t) => {
  t.timeout(buildMilliseconds);
  const figures = await used('node', [process.execPath, '-e', 'console.log("talk")']);
  t.true((figures.cpu ?? 0) > 0 && (figures.time ?? 0) > 0);
  const message = /^node ended with exit 3: it is so$/;
  const script = 'console.error("it is so"); process.exitCode = 3';
  await t.throwsAsync(used('node', [process.execPath, '-e', script]), { message });
  await t.throwsAsync(used('nothing', ['/nonexistent/command']), { instanceOf: Discarded });
});

test('every operation of fibers is repeated', async (t) => {
  t.timeout(buildMilliseconds);
  for (const operation of ['switch', 'yield', 'create', 'baton']) {
    for (const name of ['fcontext-jump', 'loom-assembly']) {
      const measure = await entrantOf(`fiber-${operation}`, name).build();
      const { time = 0 } = await measure(setting);
      t.true(time > 0, `${operation} ${name}`);
    }
  }
});

test('messages that wait are taken in every way', async (t) => {
  t.timeout(buildMilliseconds);
  for (const transport of ['unix', 'tcp']) {
    for (const name of ['bare-recv', 'epoll-recv', 'loom-callback-epoll', 'loom-fiber-epoll']) {
      const measure = await entrantOf(`receive-ready-${transport}`, name).build();
      const { time = 0, overBare = Number.NaN } = await measure(setting);
      t.true(time > 0 && Number.isFinite(overBare) && overBare < time, `${transport} ${name}`);
    }
  }
});

test('a build without changes is measured', async (t) => {
  t.timeout(buildMilliseconds);
  for (const name of ['node', 'loomgen']) {
    const measure = await entrantOf('generate-no-change', name).build();
    t.true(((await measure(setting)).cpu ?? 0) > 0, name);
  }
});

test('the sender of WebSocket messages keeps to RFC 6455', async (t) => {
  const address = await freeAddress('tcp');
  const script = join(here, './inner/feed_ws.ts');
  const tsx = import.meta.resolve('tsx');
  const feed = new Child('feed', [process.execPath, '--import', tsx, script, address], undefined);
  try {
    await feed.says('READY', startMilliseconds);
    const [, ip = '', port] = address.split(':');
    const socket = connect(Number(port), ip);
    // The key and the answer of RFC 6455, 1.3; the request comes in two pieces.
    socket.write('GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBs');
    setTimeout(() => socket.write('ZSBub25jZQ==\r\n\r\n'), 20);
    let heard = Buffer.alloc(0);
    const bodyAt = () => heard.indexOf('\r\n\r\n') + 4;
    while (!heard.includes('\r\n\r\n') || heard.length < bodyAt() + 2 * frameBytes) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      heard = Buffer.concat([heard, chunk]);
    }
    socket.destroy();
    const end = bodyAt();
    const answer = heard.toString('latin1', 0, end);
    t.regex(answer, /^HTTP\/1\.1 101 /);
    t.regex(answer, /^Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r$/m);
    for (const [n, at] of [end, end + frameBytes].entries()) {
      t.deepEqual([heard[at], heard[at + 1], heard.readUInt32LE(at + 2)], [0x82, 100, n + 1]);
    }
  } finally {
    await feed.kill();
  }
});

test('a run has rows of these scenarios, in the same report', async (t) => {
  t.timeout(buildMilliseconds);
  const choice = ['--scenario', 'fiber-switch', '--only', 'loom-assembly', '--rounds', '2'];
  const { stdout } = await run(
    process.execPath,
    [
      ...['--import=tsx', join(here, 'main.ts'), ...choice],
      ...['--milliseconds', '5', '--seed', '5', '--json'],
    ],
    { cwd: root },
  );
  const report = JSON.parse(stdout) as Report;
  t.like(report, { rounds: 2, seed: 5, sections: [{ metric: 'time', scenario: 'fiber-switch' }] });
  const rows = report.sections[0]?.rows ?? [];
  t.deepEqual(
    rows.map(({ server, trials }) => [server, trials]),
    [
      ['loom-assembly', 2],
      ['loom-assembly again', 2],
    ],
  );
  t.true((rows[0]?.medians.time ?? 0) > 0);
  t.true(existsSync(join(root, 'build/bench/load/fibers-assembly')));
});
