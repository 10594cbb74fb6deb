/**
 * Promises about emitted code, held against a release build of an echo program: no virtual table
 * of ours, no indirect call between a completion and its handler, and not one allocation after
 * the start, over a million messages.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { buildProgram } from './build.ts';
import { indirectCalls, virtualTables } from './code.ts';
import { Peer } from './peer.ts';
import { Program } from './program.ts';

const timeoutMilliseconds = 240_000;
/** With a counter in the place of malloc, which is no part of the loop. */
const executable = buildProgram({
  name: 'echo',
  flavour: 'release',
  sources: ['native/malloc_counter.cpp'],
});

test('neither the runtime nor a handler has a virtual table', async (t) => {
  t.timeout(timeoutMilliseconds);
  t.deepEqual(await virtualTables(await executable), []);
});

test('no indirect call lies between a completion and its handler', async (t) => {
  t.timeout(timeoutMilliseconds);
  const { functions, calls, beyond } = await indirectCalls(await executable);
  t.deepEqual(beyond, []);
  t.log(`${functions} functions, ${calls} indirect calls, all of them elsewhere`);
});

const messagesInAll = 1_000_000;
const message = Buffer.from('fifteen letters\n');
const messagesAtOnce = 4000;

/** Asks the counting program how often it allocated so far. */
async function allocations(program: Program, question: number): Promise<number> {
  program.signal('SIGUSR1');
  await program.said(/^M \d+$/, question);
  const answers = program.talk.filter((line) => /^M \d+$/.test(line));
  return Number(answers[question - 1]?.slice(2));
}

/** Connects, sends `messages` lines and as many receives of raw bytes as that takes, and leaves. */
async function talk(program: Program, messages: number): Promise<boolean> {
  const burst = Buffer.alloc(message.length * messagesAtOnce, message);
  let same = true;
  for (const fd of ['lines', 'bytes']) {
    const peer = await Peer.connect(program.addresses.get(fd) ?? '');
    for (let sent = 0; sent < messages; sent += messagesAtOnce) {
      const [back] = await Promise.all([peer.bytes(burst.length), peer.send(burst)]);
      same &&= back.equals(burst);
    }
    peer.end();
    same &&= (await peer.rest()).end === 'end';
  }
  return same;
}

/** Talks before and after the first question, so that the difference is that of a running loop. */
async function measure(t: ExecutionContext, program: Program, messages: number): Promise<void> {
  try {
    await program.ready();
    t.true(await talk(program, messagesAtOnce));
    const before = await allocations(program, 1);
    t.true(before > 0, 'the start allocates, so the counter counts');
    t.true(await talk(program, messages));
    t.is(await allocations(program, 2), before);
    const ending = await program.stop();
    t.is(ending.exitCode, 0);
    t.is(ending.counters.main?.allocations_after_init, 0);
    t.true((ending.counters.main?.messages_received ?? 0) >= messages);
    t.log(`${ending.counters.main?.messages_received} messages, ${before} calls before them`);
  } finally {
    program.signal('SIGKILL');
  }
}

for (const backend of ['io_uring', 'epoll']) {
  test(`${backend}: a million messages without one call of malloc or operator new`, async (t) => {
    t.timeout(timeoutMilliseconds);
    const program = new Program(await executable, ['--backend', backend]);
    await measure(t, program, messagesInAll);
  });

  const hasStrace = spawnSync('strace', ['-V']).status === 0;
  const title = `${backend}: no mmap, brk or mremap while messages pass (strace)`;
  (hasStrace ? test : test.skip)(title, async (t) => {
    t.timeout(timeoutMilliseconds);
    const folder = mkdtempSync(join(tmpdir(), 'loom-strace-'));
    const file = join(folder, 'calls');
    try {
      const options = ['-f', '-o', file, '-e', 'trace=mmap,mremap,munmap,brk'];
      const program = new Program('strace', [...options, await executable, '--backend', backend]);
      await program.ready();
      const children = `/proc/${program.pid}/task/${program.pid}/children`;
      program.signalInstead(Number(readFileSync(children, 'utf8')));
      await measure(t, program, 40_000);
      const lines = readFileSync(file, 'utf8').split('\n');
      const first = lines.findIndex((line) => line.includes('SIGUSR1'));
      const last = lines.map((line) => line.includes('SIGUSR1')).lastIndexOf(true);
      t.true(
        lines.slice(0, first).some((line) => line.includes('mmap(')),
        'the start maps memory',
      );
      t.true(last > first);
      t.deepEqual(
        lines.slice(first, last).filter((line) => /m(?:un|re)?map\(|brk\(/.test(line)),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
