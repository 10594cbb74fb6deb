/**
 * The same program with the real Tracy: its client in the program, tracy-capture beside it, and
 * tracy-csvexport to count. Skipped where Tracy_ROOT names none or the tools are not in PATH.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { findTracy } from '../../generator/trace/tracy.ts';
import { buildTraced, TracedProgram } from './traced_program.ts';

const run = promisify(execFile);
const root = process.env.Tracy_ROOT ?? '';
const tools = ['tracy-capture', 'tracy-csvexport'];
const isHere =
  findTracy({ Tracy_ROOT: root })?.problem === null &&
  tools.every((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0);
const withTracy = isHere ? test : test.skip;
const rounds = 25;

/** How many zones there are of each name. */
function counts(csv: string): Map<string, number> {
  const rows = csv.trimEnd().split('\n').slice(1);
  const found = new Map<string, number>();
  for (const row of rows) {
    // Names have commas; behind them are file, line and seven figures, the third the count.
    const fields = row.split(',');
    const name = fields.slice(0, -9).join(',');
    found.set(name, (found.get(name) ?? 0) + Number(fields.at(-5)));
  }
  return found;
}

withTracy('a capture by Tracy has the zones that were run, on the lines of fibers', async (t) => {
  t.timeout(300_000);
  const out = await buildTraced(root, 'tracy');
  const folder = mkdtempSync(join(tmpdir(), 'loom-tracy-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const port = String(20_000 + (process.pid % 10_000));
  const program = await TracedProgram.start(out, 4, { TRACY_DATA_PORT: port, TRACY_PORT: port });
  t.teardown(() => program.kill());
  // Fibers are in the midst of zones when it comes.
  const before = program.everybody(['nap']);
  const file = join(folder, 'capture.tracy');
  // Its output would come at the end, and says when it has connected.
  const words = ['-o0', 'tracy-capture', '-o', file, '-a', '127.0.0.1', '-p', port, '-f'];
  const capture = spawn('stdbuf', words);
  let said = '';
  for (const stream of [capture.stdout, capture.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  while (!/Connected|Queue delay|Timer/i.test(said)) await once(capture.stdout, 'data');
  await before;
  // The reactor looks for the profiler at the beginning of a turn: these are turns.
  await program.control('turn');
  const orders = ['nap', 'throw', 'early', 'cancel'];
  for (let round = 0; round < rounds; round += 1) {
    t.deepEqual((await program.everybody(orders))[0], ['nap', 'as asked', 'left', 'cancelled']);
    t.is(await program.control('work'), '42');
  }
  t.is(await program.stop(), 0);
  await once(capture, 'close');
  t.notRegex(said, /Instrumentation failure|ended twice|mismatch/i);
  const { stdout } = await run('tracy-csvexport', [file]);
  const zones = counts(stdout);
  t.is(zones.get('steps::early'), 4 * rounds);
  t.is(zones.get('Orders::caught'), 4 * rounds);
  t.is(zones.get('Orders::cancelled'), 4 * rounds);
  t.is(zones.get('Control::work'), rounds);
  t.is(zones.get('job'), rounds);
  t.true((zones.get('turn') ?? 0) >= rounds);
  t.true((zones.get('fiber') ?? 0) >= 16 * rounds);
  const { stdout: lines } = await run('tracy-csvexport', ['-u', '-f', 'Orders::caught', file]);
  const threads = new Set(
    lines
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',').at(-2)),
  );
  t.is(threads.size, 4, 'each connection has a line of its own');
});
