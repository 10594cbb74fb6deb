/**
 * A profiling build with a recorder in Tracy's place: zones are balanced on every line whatever
 * ends a function and whenever the profiler comes or goes, and have the names, places and colours
 * that they should have.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { buildTraced, recorded, recorder, root, TracedProgram } from './traced_program.ts';

const run = promisify(execFile);
type Backend = 'io_uring' | 'epoll';

const orders = ['nap', 'throw', 'early', 'cancel'];
const answers = ['nap', 'as asked', 'left', 'cancelled'];
const started: TracedProgram[] = [];
let out = '';

test.before('the program builds', async (t) => {
  t.timeout(300_000);
  out = await buildTraced(recorder, 'recorded');
});

test.after.always('nothing is left', () => {
  for (const each of started) each.kill();
});

async function start(path: string, backend?: Backend): Promise<TracedProgram> {
  const program = await TracedProgram.start(out, 4, { TRACE_RECORDING: path }, backend);
  started.push(program);
  return program;
}

for (const backend of ['io_uring', 'epoll'] as const) {
  test(`${backend}: zones are balanced, whatever ends a function or the program`, async (t) => {
    const recording = await recorded(async (path) => {
      const program = await start(path, backend);
      t.is(await program.control('come'), 'come');
      t.deepEqual(
        await program.everybody(orders),
        Array.from({ length: 4 }, () => answers),
      );
      t.is(await program.control('work'), '42');
      await program.tell(3, 'escape');
      // Fibers that wait inside of zones are unwound by the stop.
      await program.tell(0, 'cancel');
      t.is(await program.stop(), 0);
    });
    t.deepEqual(recording.faults, []);
    t.deepEqual(recording.open, []);
    const { zones, places, colours } = recording;
    const fiber = zones['main: fds.orders 1'];
    // Three naps of `nap`, two each of `throw`, one of `cancel`; nobody else's are on this line.
    t.like(fiber, { 'Orders::obey': 4, 'steps::nap': 6, 'steps::risky': 1, 'Orders::caught': 1 });
    t.is(fiber?.['steps::quiet'], undefined);
    t.is(zones['crunch/0']?.['Control::work'], 1);
    t.is(zones['crunch/0']?.job, 1);
    const children = zones['main: child 0']?.['Orders::cancelled::child'] ?? 0;
    // Two for each cancellation; the last one may be asked for when the stop has begun.
    t.true(children === 8 || children === 10, `${children}`);
    const loop = zones['traced:main'] ?? {};
    const submits = backend === 'io_uring' ? 'submit' : 'look';
    for (const name of [
      ...['turn', 'wait', 'fiber', submits],
      ...['fds.orders receive', 'fds.control receive'],
    ]) {
      t.true((loop[name] ?? 0) > 0, name);
    }
    t.is(colours['Orders::obey'], 0xff8000);
    t.is(colours['fds.orders receive'], 0xff8000);
    t.is(colours['Control::work'], 0);
    const config = readFileSync(new URL('./program/loom.config.ts', import.meta.url), 'utf8');
    const line = config.split('\n').findIndex((each) => each.includes('orders: tcpServer(')) + 1;
    t.true(places['fds.orders receive']?.endsWith(`loom.config.ts:${line}`));
    t.is(places['untold::answer'], join(root, 'test/trace/program/include/untold.hpp:5'));
  });
}

test('plots, messages, frames, threads and mutexes are told', async (t) => {
  const recording = await recorded(async (path) => {
    const program = await start(path);
    await program.control('come');
    await program.order(0, 'nap');
    t.is(await program.stop(), 0);
  });
  const { plots, messages, frames, threads, locks } = recording;
  t.deepEqual(Object.keys(plots).sort(), [
    'main bytes received',
    'main bytes sent',
    'main in flight',
    'main inbox',
    'main overflow',
    'main ready fibers',
  ]);
  t.true((plots['main bytes received'] ?? 0) >= 'come\nnap\n'.length);
  t.is(plots['main in flight'], 0);
  t.true(messages.includes('reactors.main runs on epoll'));
  t.true(messages.includes('reactors.main stops'));
  t.true(messages.some((each) => each.startsWith('fds.orders down, connection 0')));
  t.true((frames.main ?? 0) > 0);
  t.deepEqual(threads, ['crunch/0', 'traced:main']);
  t.true(locks.includes('std::mutex mutex_'));
});

test('a profiler that comes or goes amid zones sees no end without a beginning', async (t) => {
  const recording = await recorded(async (path) => {
    const program = await start(path);
    // It comes inside of a fiber's zones, while the other fibers wait inside of theirs.
    const running = program.everybody(orders);
    await program.control('come');
    await running;
    await Promise.all([program.everybody(orders), program.control('go'), program.control('come')]);
    for (const word of ['go', 'come', 'come', 'go', 'come']) {
      const [, answer] = await Promise.all([program.everybody(orders), program.control(word)]);
      t.is(answer, word);
      t.is(await program.order(2, word), word);
      // It comes inside of a fiber, which waits in zones that it opens after that.
      await program.order(2, 'go');
      t.is(await program.order(2, 'arrive'), 'arrive');
    }
    t.is(await program.stop(), 0);
  });
  t.deepEqual(recording.faults, []);
  t.deepEqual(recording.open, []);
  t.true((recording.zones['main: fds.orders 0']?.['steps::nap'] ?? 0) > 0);
});

test('zones of JavaScript are on its line, closed while functions wait', async (t) => {
  const recording = await recorded(async (path) => {
    const main = join(out, 'typescript/main.mjs');
    const { stdout } = await run(process.execPath, ['--import=tsx', main], {
      cwd: root,
      env: { ...process.env, TRACE_RECORDING: path },
    });
    t.is(stdout, 'come as asked 42\n');
  });
  t.deepEqual(recording.faults, []);
  t.deepEqual(recording.open, []);
  const source = readFileSync(new URL('./program/main.mjs', import.meta.url), 'utf8');
  const line = source.split('\n').indexOf('async function risky() {') + 1;
  t.is(recording.places.risky, `main.mjs:${line}`);
  const zones = recording.zones.JavaScript;
  t.is(zones?.refuse, 1);
  // Before and after it waits.
  t.true((zones?.risky ?? 0) >= 2);
  t.is(recording.zones['crunch/0']?.['Control::work'], 1);
});
