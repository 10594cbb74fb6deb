/**
 * Reads the code of a compiled echo program, by nm(1), objdump(1) and addr2line(1). What is looked
 * at are `call *…` in every function of the loop, both backends. Calls through the PLT are direct
 * in the code, and a call relative to %rip would be one through the linker's table. Jumps through a
 * switch's table stay inside their function.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs one of binutils on an executable. */
async function tool(command: string, executable: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await run(command, [...parameters, executable], { maxBuffer: 2 ** 28 });
  return stdout;
}

/**
 * Virtual tables that are ours; the thread that a reactor runs on has std::thread's own. What is
 * thrown has a type, but no table: FiberUnwind is a type of an exception.
 * @throws when the symbols are not those of the program
 */
export async function virtualTables(executable: string): Promise<string[]> {
  const symbols = await tool('nm', executable, '-C');
  if (!symbols.includes('echo::Main<loom::IoUring<')) throw new Error('these are other symbols');
  return symbols
    .split('\n')
    .filter((line) => /(?:vtable|typeinfo) for (?!std::|loom::FiberUnwind$)/.test(line))
    .filter((line) => !line.includes('__cxxabiv1::'));
}

/** A function of the program, disassembled. */
interface Disassembled {
  name: string;
  lines: readonly string[];
}

/** What runs before and after a loop, or on threads of its own. */
const besideTheLoop =
  /run_on_backend|run_reactor|RunningProgram|ReactorThreads|GroupKeeper|Standalone/;

/** Functions of the reactor's loop: everything of ours but what starts and ends a program. */
async function loopFunctions(executable: string): Promise<Disassembled[]> {
  const options = ['--disassemble', '--demangle', '--no-show-raw-insn'];
  const text = await tool('objdump', executable, ...options);
  return text
    .split(/\n\n/)
    .map((block) => block.trim().split('\n'))
    .map(([head = '', ...lines]) => ({ name: /<(.*)>:$/.exec(head)?.[1] ?? '', lines }))
    .filter(({ name }) => /\b(?:loom|echo)::/.test(name))
    .filter(({ name }) => !besideTheLoop.test(name));
}

/**
 * Where calls through a pointer are allowed: none lies between a completion and its handler. Mail
 * of other threads says what to run, once a mail; a fiber's body begins once a fiber; a log line, a
 * stop, a scope's variables and an exception are ends; JavaScript is woken once a turn, other rings
 * through a messenger of their own; workers, the watchdog and fault handlers run elsewhere.
 */
const allowed = new RegExp(
  [
    'wake_js|deliver_mail|RingMessenger::|ReactorCore::(?:log|stop)|system::perform',
    'Pool::work|Watchdog::look|Fault(?:Handlers|Report)::|FiberScheduler::run_body',
    'FiberLocals::clear|FiberStream<.*>::body|std::default_delete',
  ].join('|'),
);

/** What the loop calls through pointers. */
export interface IndirectCalls {
  /** Functions that were looked at. */
  functions: number;
  /** All calls through a pointer in them. */
  calls: number;
  /** Those that are not allowed: where each is. */
  beyond: readonly string[];
}

/**
 * Finds indirect calls in the loop.
 * @throws when a backend's reads are not among the functions looked at
 */
export async function indirectCalls(executable: string): Promise<IndirectCalls> {
  const functions = await loopFunctions(executable);
  for (const [backend, call] of [
    ['Epoll', 'recv@plt'],
    ['IoUring', 'io_uring_submit_and_get_events@plt'],
  ] as const) {
    const loop = functions.filter(({ name }) => name.includes(`loom::${backend}<`));
    const reads = loop.some(({ lines }) => lines.some((line) => line.includes(`<${call}`)));
    if (!reads) throw new Error(`the functions looked at are not those that call ${call}`);
  }
  const addresses = functions.flatMap(({ lines }) =>
    lines
      .filter((line) => /\bcall\s+\*/.test(line) && !line.includes('(%rip)'))
      .map((line) => `0x${/^\s*([0-9a-f]+):/.exec(line)?.[1]}`),
  );
  const beyond: string[] = [];
  for (const address of addresses) {
    const { stdout } = await run('addr2line', ['-f', '-C', '-e', executable, '-i', address]);
    const place = stdout.split('\n')[0] ?? '';
    if (!allowed.test(place)) beyond.push(`${address} in ${place}`);
  }
  return { functions: functions.length, calls: addresses.length, beyond };
}
