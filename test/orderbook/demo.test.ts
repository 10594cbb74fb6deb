/**
 * The demo from end to end: the built reactor against the exchange's process and the reference, on
 * both backends. Results must be equal however fast anyone was, so nothing here waits by the clock.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { run } from '../../examples/orderbook/run.ts';
import { loadSession } from '../../examples/orderbook/session.ts';
import { build } from '../../generator/index.ts';
import { readOnce, readWith } from '../bench/inner/orderbook/scenario.ts';
import { play } from '../bench/inner/orderbook/session.ts';
import { expectedOfRecording, hasRecording, recording } from './recorded.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const backends = ['io_uring', 'epoll'] as const;

interface Report {
  ok: boolean;
  differences: unknown[];
  problems: string[];
  result: Record<string, unknown>;
  summary: Record<string, unknown> & { diffs?: Record<string, unknown> };
  gaps: unknown[];
  resynced: string[];
  flow: Record<string, number>;
  connections: number;
  backend: { name: string };
  allocationsAfterInit: number;
}

function start(parameters: string[]): ChildProcess {
  const main = ['--import', 'tsx', 'examples/orderbook/main.ts', ...parameters];
  return spawn(process.execPath, main, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs the demo to its end. */
async function demo(parameters: string[]) {
  const child = start(parameters);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const [exitCode] = await once(child, 'close');
  return { exitCode: exitCode as number, stdout, stderr };
}

async function report(line: string): Promise<Report> {
  const { stdout, stderr } = await demo([...line.split(' '), '--json']);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

// Before the tests are declared, because which there are depends on it.
const built = await build({ config: `${root}examples/orderbook/loom.config.ts` });
/** Containers and hardened kernels refuse io_uring; its tests are then skipped by name. */
const refused = (await demo(['--speed', 'max', '--messages', '99', '--backend', 'io_uring']))
  .stderr;
const ioUring = !refused.includes('LOOM5001');

test.serial('the example builds', (t) => {
  t.deepEqual(built.diagnostics, []);
  t.is(built.status, 'ok');
});

for (const backend of backends) {
  const onBackend = backend !== 'io_uring' || ioUring ? test.serial : test.serial.skip;
  const withRecording = hasRecording ? onBackend : test.serial.skip;

  onBackend(`${backend}: a synthetic session ends equal to the reference`, async (t) => {
    const run = await report(`--speed max --backend ${backend}`);
    t.deepEqual(run.differences, []);
    t.deepEqual(run.problems, []);
    t.true(run.ok);
    t.is(run.backend.name, backend);
    t.is(run.allocationsAfterInit, 0);
    t.is(run.result.depth, 2976);
    t.is(run.connections, 5);
    const { depth, tickers, trades, snapshots } = run.result;
    t.deepEqual(run.flow, { depth, ticker: tickers, trade: trades, snapshot: snapshots });
  });

  withRecording(`${backend}: on the recording every figure is the expected one`, async (t) => {
    const run = await report(`--speed max --backend ${backend} --recording ${recording}`);
    t.deepEqual([run.differences, run.problems], [[], []]);
    const { result } = expectedOfRecording();
    const ids = { bookId: String(result.bookId), snapshotId: String(result.snapshotId) };
    t.deepEqual(run.result, { ...result, ...ids });
  });

  onBackend(`${backend}: lost diffs are found, and the book is not called live`, async (t) => {
    const run = await report(`--speed max --drop 2 --backend ${backend}`);
    t.deepEqual([run.differences, run.problems], [[], []]);
    t.is(run.result.gaps, 2);
    t.is(run.gaps.length, 2);
    t.deepEqual(run.resynced, []);
    t.false(run.result.live);
  });

  onBackend(`${backend}: a later snapshot mends the book after a gap`, async (t) => {
    const run = await report(`--speed max --drop 2 --snapshots 4 --backend ${backend}`);
    t.deepEqual([run.differences, run.problems], [[], []]);
    t.is(run.result.gaps, 2);
    // Both gaps may be mended by one snapshot.
    t.true(run.resynced.length === 1 || run.resynced.length === 2);
    t.true(run.result.live);
  });

  onBackend(`${backend}: diffs that find no room wait in their socket`, async (t) => {
    const run = await report(`--speed max --hold-snapshot --messages 60000 --backend ${backend}`);
    t.deepEqual([run.differences, run.problems], [[], []]);
    t.is(run.summary.diffs?.lost, '0');
    t.true(Number(run.summary.diffs?.pendingHighWater) <= 2048);
  });
}

test.serial('Ctrl-C ends the session early: figures, no verdict, exit code 130', async (t) => {
  // The snapshot is last here: judged, every message before it would have found none.
  const child = start(['--speed', '1', '--backend', 'epoll', '--hold-snapshot']);
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
    // A line of the live view: it is under way.
    if (!child.killed && /[1-9][\d,]* of /.test(stdout)) child.kill('SIGINT');
  });
  const [exitCode] = await once(child, 'close');
  t.is(exitCode, 130, stdout);
  t.regex(stdout, /messages +[\d,]+ +depth/);
  t.regex(stdout, /interrupted/);
  t.notRegex(stdout, /problem|replay/);
});

test.serial(
  'an interrupt before the first message ends the run with nothing to report',
  async (t) => {
    const reason = new Error('interrupted');
    const session = { snapshots: 1, seed: 1, drop: 0 };
    const options = { session, speed: 1, holdSnapshot: false, core: undefined };
    const given = { ...options, backend: 'epoll' as const };
    const running = run(given, AbortSignal.abort(reason), () => t.fail());
    t.is(await t.throwsAsync(running), reason);
  },
);

test.serial('the benchmark reads every message and the same book with the addon', async (t) => {
  const session = loadSession({ messages: 3000, snapshots: 1, seed: 2, drop: 0 });
  const bindings = `${root}generated/orderbook/bindings/index.ts`;
  const reading = readWith(bindings);
  const { cpu = 0 } = await readOnce(play(session, 0), Number.POSITIVE_INFINITY, reading);
  t.true(cpu > 0);
});

test.serial('a wrong command is refused with exit code 2 and nothing on stdout', async (t) => {
  const unknown = await demo(['--speed', 'fast']);
  t.deepEqual([unknown.exitCode, unknown.stdout], [2, '']);
  t.is(unknown.stderr.split('\n')[0], "demo: --speed is a number above 0 or 'max', not 'fast'");
  const absent = await demo(['--recording', '/nowhere/recording.gz']);
  t.deepEqual([absent.exitCode, absent.stdout], [2, '']);
  t.regex(absent.stderr, /ENOENT.*\/nowhere\/recording\.gz/);
});
