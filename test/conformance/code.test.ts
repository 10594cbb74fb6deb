/**
 * Promises about emitted code, held against a release build of an echo program: no virtual table
 * of ours, no indirect call between a completion and its handler, and not one allocation after
 * the start, over a million messages.
 */

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { buildProgram } from './build.ts';
import { Peer } from './peer.ts';
import { Program } from './program.ts';

const run = promisify(execFile);
const timeoutMilliseconds = 240_000;
const plain = buildProgram({ name: 'echo', flavour: 'release' });
const counted = plain.then(() =>
  buildProgram({ name: 'echo', flavour: 'release', sources: ['native/malloc_counter.cpp'] }),
);

/** Runs one of binutils on the echo program. */
async function tool(command: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await run(command, [...parameters, await plain], { maxBuffer: 2 ** 28 });
  return stdout;
}

test('neither the runtime nor a handler has a virtual table', async (t) => {
  t.timeout(timeoutMilliseconds);
  const symbols = await tool('nm', '-C');
  t.true(symbols.includes('echo::Main<loom::IoUring<'), 'the symbols are those of the program');
  // The thread that a reactor runs on has std::thread's own table; `vtable for loom::` is ours.
  const ours = symbols.split('\n').filter((line) => /(?:vtable|typeinfo) for (?!std::)/.test(line));
  t.deepEqual(
    ours.filter((line) => !line.includes('__cxxabiv1::')),
    [],
  );
});

/** A function of the program, disassembled. */
interface Disassembled {
  name: string;
  lines: readonly string[];
}

/** Functions of the reactor's loop: everything of ours but what starts and ends a program. */
async function loopFunctions(): Promise<Disassembled[]> {
  const text = await tool('objdump', '--disassemble', '--demangle', '--no-show-raw-insn');
  return text
    .split(/\n\n/)
    .map((block) => block.trim().split('\n'))
    .map(([head = '', ...lines]) => ({ name: /<(.*)>:$/.exec(head)?.[1] ?? '', lines }))
    .filter(({ name }) => /\b(?:loom|echo)::/.test(name))
    .filter(({ name }) => !/run_on_backend|run_reactor|RunningProgram|Standalone/.test(name));
}

/**
 * What is looked at: `call *…` in every function of the loop, both backends. Calls through the
 * PLT are direct in the code, and a call relative to %rip would be one through the linker's table.
 * The only function pointer that the loop may call is the one that wakes JavaScript, once a turn
 * and after its completions. Jumps through a switch's table stay inside their function.
 */
test('no indirect call lies between a completion and its handler', async (t) => {
  t.timeout(timeoutMilliseconds);
  const functions = await loopFunctions();
  for (const [backend, call] of [
    ['Epoll', 'recv@plt'],
    ['IoUring', 'io_uring_submit_and_get_events@plt'],
  ] as const) {
    const loop = functions.filter(({ name }) => name.includes(`loom::${backend}<`));
    const reads = loop.some(({ lines }) => lines.some((line) => line.includes(`<${call}`)));
    t.true(reads, `the functions looked at are those that call ${call}`);
  }
  const addresses = functions.flatMap(({ lines }) =>
    lines
      .filter((line) => /\bcall\s+\*/.test(line) && !line.includes('(%rip)'))
      .map((line) => `0x${/^\s*([0-9a-f]+):/.exec(line)?.[1]}`),
  );
  for (const address of addresses) {
    const { stdout } = await run('addr2line', ['-f', '-C', '-e', await plain, '-i', address]);
    t.regex(stdout.split('\n')[0] ?? '', /wake_js/, `${address} calls through a pointer`);
  }
  t.log(`${functions.length} functions, ${addresses.length} indirect calls, all of them wake_js`);
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
    const program = new Program(await counted, ['--backend', backend]);
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
      const program = new Program('strace', [...options, await counted, '--backend', backend]);
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
