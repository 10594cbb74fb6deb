/**
 * Allocations while messages cross between a reactor and JavaScript, in a Node process of its own:
 * calls of malloc by a preloaded counter, which knows threads apart, operator new by the addon's.
 * Node's napi_call_threadsafe_function allocates once in 64 wake-ups of JavaScript, for its queue;
 * its calls are shown beside ours.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../bindings/built_program.ts';
import { buildPreload } from '../conformance/build.ts';
import type { AddonReport } from './addon/serve.ts';
import { type Backend, loadAt } from './echo.ts';
import { type Extent, type Proof, proof } from './proof.ts';

/** Lines at once: enough to keep JavaScript from sleeping, few enough for the write queue. */
const depth = 500;

/** Messages after which JavaScript is waited for: fewer than the channel holds, so none is lost. */
const portion = 1_000_000;

/** Time for JavaScript to read what lies in the channel when the last answer has come. */
const readLimitMilliseconds = 40_000;

/** Growth of a heap that was collected: code that was compiled meanwhile, and this proof's own. */
const heapBoundKibibytes = 2048;

/** A run's reports: before the first message, after a tenth of them, and after the last. */
interface Run {
  first: AddonReport;
  tenth: AddonReport;
  last: AddonReport;
}

/** Asks the process what it counted. */
async function ask(child: ChildProcess): Promise<AddonReport> {
  child.send('report');
  const [report] = (await once(child, 'message')) as [AddonReport];
  return report;
}

/** Asks until JavaScript has had every message of the channel that was not dropped. */
async function askAtEnd(child: ChildProcess, published: number): Promise<AddonReport> {
  const limit = performance.now() + readLimitMilliseconds;
  for (;;) {
    const report = await ask(child);
    if (report.read + report.dropped >= published || performance.now() > limit) return report;
  }
}

/** Sends `messages` lines to one of the two servers. */
async function crossing(
  backend: Backend,
  server: 'delivered' | 'handled',
  messages: number,
): Promise<Run> {
  const { index } = await build('test/proofs/addon/loom.config.ts', 'lines', 'release');
  const folder = mkdtempSync(join(tmpdir(), 'loom-proofs-'));
  const child = fork(
    fileURLToPath(new URL('./addon/serve.ts', import.meta.url)),
    [index, backend],
    {
      execArgv: ['--import', 'tsx', '--expose-gc'],
      env: {
        ...process.env,
        LD_PRELOAD: await buildPreload('thread_malloc_counter'),
        LOOM_MALLOC_COUNTS: join(folder, 'counts'),
        LOOM_MALLOC_THREADS: 'lines:',
      },
    },
  );
  try {
    const first = await ask(child);
    let sent = 0;
    const sendUntil = async (target: number): Promise<AddonReport> => {
      let report = first;
      while (sent < target) {
        const count = Math.min(portion, target - sent);
        await loadAt(first.addresses[server], count, depth);
        sent += count;
        report = await askAtEnd(child, server === 'handled' ? sent : 0);
      }
      return report;
    };
    const tenth = await sendUntil(messages / 10);
    const last = await sendUntil(messages);
    child.disconnect();
    await once(child, 'exit');
    return { first, tenth, last };
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What was allocated on the reactor's thread during a run, and whether that is nothing. */
function allocated({ first, last }: Run) {
  const inNode = last.mallocs.reactorsInNode - first.mallocs.reactorsInNode;
  const ours = last.mallocs.reactors - first.mallocs.reactors - inNode;
  const elsewhere = last.mallocs.javascript - first.mallocs.javascript;
  return {
    text: `${ours} malloc (${inNode} in Node's wake-up queue), ${last.news} new`,
    // JavaScript's own calls show that the counter counts.
    holds:
      ours === 0 &&
      last.news === 0 &&
      first.reactorThreads === 1 &&
      last.mallocs.untold === 0 &&
      elsewhere > 0,
  };
}

/** Growth of JavaScript's heap after the first tenth. */
function heapRow(who: string, { tenth, last }: Run): Proof {
  const growth = (last.heapBytes - tenth.heapBytes) / 1024;
  const measured = `${Math.round(tenth.heapBytes / 1024)} KiB at 10 %, ${growth.toFixed(0)} more`;
  const bound = `+${heapBoundKibibytes} KiB`;
  return proof(`JavaScript's heap, ${who}`, measured, bound, growth <= heapBoundKibibytes);
}

/** All rows about the addon. */
export async function addonProofs({ addonMessages }: Extent): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const backend of ['io_uring', 'epoll'] as const) {
    const there = await crossing(backend, 'delivered', addonMessages);
    const echoed = allocated(there);
    const lines = `lines to JavaScript and back, ${backend}`;
    proofs.push(
      proof(
        `allocations on the addon's reactor, ${lines}`,
        `${echoed.text} in ${there.last.received} messages`,
        '0 of ours',
        echoed.holds && there.last.received === addonMessages,
      ),
      heapRow(lines, there),
    );
    const told = await crossing(backend, 'handled', addonMessages);
    const published = allocated(told);
    const { received, read, dropped } = told.last;
    const channel = `C++ handler to a channel, ${backend}`;
    proofs.push(
      proof(
        `allocations on the addon's reactor, ${channel}`,
        `${published.text}; of ${received} messages ${read} read, ${dropped} dropped`,
        '0 of ours',
        published.holds && received === addonMessages && read === received && dropped === 0,
      ),
      heapRow(channel, told),
    );
  }
  return proofs;
}
