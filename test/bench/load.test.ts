/**
 * The load generator's ways that need more than a server which counts: datagrams, of which the
 * kernel may drop some, a recording that is played again, and a thousand connections. Peers that
 * compile in a second stand at the other side.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { compare, figuresOf } from './agreement.ts';
import { playable } from './bench.ts';
import { Child, Discarded } from '../../generator/measure/child.ts';
import { buildLoad } from './compile.ts';
import { loomServers } from './loom_servers.ts';
import { peers } from './peers.ts';
import { momentsOf, scheduleOf } from './recording.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { Peer } from './server.ts';
import { freeAddress, runTrial, startMilliseconds, stopMilliseconds } from './trial.ts';

const run = promisify(execFile);
const buildMilliseconds = 240_000;
const loadMilliseconds = 30_000;

/** A server by its name. */
function named(list: readonly Peer[], name: string): Peer {
  const found = list.find((peer) => peer.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** A scenario by its name. */
function scenarioOf(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** Loads a peer once. @returns the lines of both sides */
async function play(command: string, mode: 'echo' | 'sink', load: string, options: string[]) {
  const address = await freeAddress('tcp');
  const server = new Child('server', ['sh', '-c', `exec ${command} ${mode} ${address}`], undefined);
  const executable = await buildLoad();
  let loading: Child | undefined;
  try {
    await server.says('READY', startMilliseconds);
    loading = new Child('load', [executable, load, address, ...options], undefined);
    const sent = await loading.result(loadMilliseconds);
    server.stop();
    return { sent, taken: await server.result(stopMilliseconds) };
  } finally {
    await loading?.kill();
    await server.kill();
  }
}

/** A schedule in a file, for as long as the test runs. */
function schedule(t: ExecutionContext, entries: readonly (readonly [at: number, size: number])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'loom-schedule-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const bytes = Buffer.alloc(entries.length * 16);
  for (const [n, [at, size]] of entries.entries()) {
    bytes.writeBigUInt64LE(BigInt(at), n * 16);
    bytes.writeBigUInt64LE(BigInt(size), n * 16 + 8);
  }
  const file = join(folder, 'schedule');
  writeFileSync(file, bytes);
  return file;
}

test('a recording is played to its last message, and none is sent before it is due', async (t) => {
  t.timeout(buildMilliseconds);
  const sizes = [100, 20_000, 65_535, 16, 300];
  const times = [0, 0, 2e6, 40e6, 80e6];
  const file = schedule(
    t,
    sizes.map((size, n) => [times[n] ?? 0, size]),
  );
  const command = await named(peers, 'epoll-block').build([]);
  const options = ['--schedule', file, '--speed', '2', '--warmup', '20'];
  const { sent, taken } = await play(command, 'sink', 'replay', options);
  const bytes = sizes.reduce((sum, size) => sum + size + 2, 0);
  // Due within the first 20 ms at double speed: the first three.
  t.like(sent, { sent: 5, bytes_sent: bytes, measured: 2, bad: 0 });
  t.like(taken, { total: 5, bytes, measured: 2, bad: 0 });
  t.true((sent.measured_ns ?? 0) >= 40e6, 'the last message is due after 40 ms');
});

test('what is no schedule is refused', async (t) => {
  t.timeout(buildMilliseconds);
  const executable = await buildLoad();
  const refusal = async (...options: string[]): Promise<string> => {
    const address = ['replay', 'tcp:127.0.0.1:1'];
    const failed = run(executable, [...address, ...options]);
    const { stderr } = await t.throwsAsync<Error & { stderr: string }>(failed);
    return stderr;
  };
  const disorder = schedule(t, [
    [5, 100],
    [4, 100],
  ]);
  const short = schedule(t, [[0, 15]]);
  t.regex(await refusal('--schedule', disorder), /in the order of their times/);
  t.regex(await refusal('--schedule', short), /bodies of 16 to 65535 bytes/);
  t.regex(await refusal('--schedule', schedule(t, [])), /--schedule has no message/);
  t.regex(await refusal('--schedule', '/nonexistent/file'), /--schedule: No such file/);
  t.regex(await refusal(), /replay takes --schedule FILE/);
});

test('a schedule is the busiest part of a stream, from its first message on', (t) => {
  const line = (at: number, words: string) => `${at} {"stream":"${words}"}`;
  const text = [
    line(1000, 'a'),
    '1500 {"lastUpdateId":1,"bids":[]}',
    line(9000, 'early'),
    line(10_000, 'one'),
    line(10_010, 'three'),
    line(19_100, 'late'),
    'no line of a session',
  ].join('\n');
  const moments = momentsOf(text);
  t.deepEqual(
    moments.map(({ at }) => Number(at)),
    [1000, 9000, 10_000, 10_010, 19_100],
  );
  t.is(moments[0]?.bytes, '{"stream":"a"}'.length);
  const found = scheduleOf(moments, 2000);
  const entries = Array.from({ length: found.length / 16 }, (_, n) => [
    Number(found.readBigUInt64LE(n * 16)),
    Number(found.readBigUInt64LE(n * 16 + 8)),
  ]);
  t.deepEqual(entries, [
    [0, '{"stream":"early"}'.length],
    [1000, '{"stream":"one"}'.length],
    [1010, '{"stream":"three"}'.length],
  ]);
});

test('without a recording its scenario is left out by name, and no other', (t) => {
  const remarks: string[] = [];
  t.deepEqual(playable(scenarios, undefined, remarks), scenarios);
  t.deepEqual(remarks, []);
  const rest = playable(scenarios, 'it is not here', remarks);
  t.deepEqual(remarks, ['Left out: burst-recording: it is not here']);
  t.deepEqual(
    rest,
    scenarios.filter(({ name }) => name !== 'burst-recording'),
  );
});

test('a thousand connections are served', async (t) => {
  t.timeout(buildMilliseconds);
  const command = await named(peers, 'epoll-block').build([]);
  const options = ['--connections', '1024', '--messages', '2048'];
  const { sent } = await play(command, 'echo', 'echo', options);
  t.like(sent, { sent: 2048, received: 2048, bad: 0 });
});

for (const [list, name] of [
  [peers, 'udp-recvmmsg'],
  [loomServers, 'loom-block-epoll'],
] as const) {
  test(`${name} takes datagrams, or the kernel says that it dropped them`, async (t) => {
    t.timeout(buildMilliseconds);
    const scenario = { ...scenarioOf('udp-paced-100k'), rate: 20_000, lossAtMost: 1 };
    const needs = [{ mode: 'sink', transport: 'udp' }] as const;
    const setting = {
      load: await buildLoad(),
      measuredMilliseconds: 100,
      warmupMilliseconds: 10,
      serverCore: undefined,
      loadCore: undefined,
    };
    const server = { command: await named(list, name).build(needs) };
    for (const one of [scenario, { ...scenarioOf('udp-ingest-8'), lossAtMost: 1 }]) {
      const trial = await runTrial(server, one, setting);
      if (!('figures' in trial)) return t.fail(trial.discarded);
      const { loss = -1, rate = 0, p50 } = trial.figures;
      t.true(loss >= 0 && loss < 1 && rate > 0, JSON.stringify(trial.figures));
      t.is(p50 === undefined, one.load === 'ingest');
    }
  });
}

test('what was lost must be what the kernel dropped, and not too much', (t) => {
  const scenario = scenarioOf('udp-paced-100k');
  const sent = { sent: 1000, measured: 900, bytes_sent: 152_000, bad: 0, dropped: 20, p99: 7 };
  const times = { p50: 1, p90: 2, p99: 3, p999: 4, max: 5 };
  const taken = { ...times, total: 980, measured: 885, span_ns: 1e9, bytes: 980 * 152, bad: 0 };
  const server = { ...taken, chunks: 980 };
  t.notThrows(() => compare(scenario, sent, server));
  t.like(figuresOf(scenario, sent, server), { loss: 0.02, p50: 1, generatorP99: 7 });
  const refuses = (load: typeof sent, line: typeof server, message: RegExp): void => {
    t.throws(() => compare(scenario, load, line), { instanceOf: Discarded, message });
  };
  refuses(sent, { ...server, total: 979 }, /the server counted: 979, not 980/);
  refuses(sent, { ...server, bytes: 981 * 152 }, /bytes that the server counted/);
  refuses(sent, { ...server, measured: 879 }, /with a stamp: 879, not 880/);
  refuses(sent, { ...server, measured: 901 }, /with a stamp: 901, not 900/);
  refuses({ ...sent, dropped: 51 }, server, /lost 5\.1 % of the messages, more than 5 %/);
});
