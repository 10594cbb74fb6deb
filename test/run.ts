/**
 * `npm test`: runs the suites of test/suites.ts, two at once, and adds their tests up.
 *
 * A suite that held takes one line, and one more for each test it skipped; one that failed is
 * shown in full, and its failures are named once more at the end. Both are printed when a suite has
 * ended, so that what two suites say does not mix. The last line is always `N passed, N failed`,
 * over all suites, and the exit code follows it. `--only ava,ctest` runs the suites whose names are
 * listed, or begin with a listed name and a dash; some run only so.
 */

import { spawn } from 'node:child_process';
import type { Counts, Outcome } from './count.ts';
import { cpuSecondsOf, failedNames, judge, skippedNames, summarise } from './count.ts';
import type { Suite } from './suites.ts';
import { suiteLimitSeconds, suites } from './suites.ts';

const heartbeatMilliseconds = 30_000;

/** Many tests wait for a peer or a clock: the compilers of another suite have that time. */
const suitesAtOnce = 2;

/** Without a choice of suites, those that take long test a part: what is named is tested whole. */
const bounds = process.argv.length === 2 ? { LOOM_TEST_BOUNDED: '1' } : {};

/** Runs a command and then tells on descriptor 3 how long it had processors, as times(1p) does. */
const timed = ['sh', '-c', '"$@" 3>&-; code=$?; times >&3; exit $code', 'sh'] as const;

// What a suite prints is read, not looked at.
const { FORCE_COLOR: _, ...environment } = process.env;
const plainEnvironment = { ...environment, NO_COLOR: '1' };

/** Leaders of the process groups that run: one for each command. */
const groups = new Set<number>();

/** What a command left behind, and for how long its processes had processors. */
interface Run extends Outcome {
  cpuSeconds: number;
}

/** A suite under way: when it started, by the clock of performance.now(). */
const underWay = new Map<Suite, number>();

/** Prints one line of the report. */
function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Ends every process of a group. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}

/** Ends what runs, and then this process. */
function interrupt(): void {
  for (const leader of groups) endGroup(leader);
  process.exit(130);
}

/** Runs one command to its end, in a process group of its own so that nothing outlives it. */
function runCommand(suite: Suite, command: readonly string[], limit: number): Promise<Run> {
  const [file, ...parameters] = [...timed, ...command];
  return new Promise((resolve) => {
    const child = spawn(file, parameters, {
      detached: true,
      env: { ...plainEnvironment, ...bounds, ...suite.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const leader = child.pid ?? 0;
    if (leader !== 0) groups.add(leader);
    const chunks: Buffer[] = [];
    let times = '';
    const overdue = setTimeout(() => {
      chunks.push(Buffer.from(`\nended: it took longer than ${suiteLimitSeconds} s\n`));
      endGroup(leader);
    }, limit);
    const finish = (ok: boolean, last = ''): void => {
      clearTimeout(overdue);
      groups.delete(leader);
      const output = Buffer.concat(chunks).toString() + last;
      resolve({ ok, output, cpuSeconds: cpuSecondsOf(times) });
    };
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      times += chunk.toString();
    });
    child.on('error', (error) => finish(false, `${error.message}\n`));
    child.on('close', (code) => finish(code === 0));
  });
}

/** Runs one suite and reports it. Adds what failed in it to `failures`, by name. */
async function runSuite(suite: Suite, failures: string[]): Promise<Counts> {
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  underWay.set(suite, started);
  let outcome: Outcome = { ok: false, output: '' };
  let last: readonly string[] = [];
  let cpuSeconds = 0;
  for (last of suite.commands) {
    const run = await runCommand(suite, last, suiteLimitSeconds * 1000 - elapsed());
    cpuSeconds += run.cpuSeconds;
    outcome = run;
    if (!outcome.ok) break;
  }
  underWay.delete(suite);
  const nothing: Counts = { passed: 0, failed: 0, skipped: 0 };
  const counted = last === suite.commands.at(-1) ? suite.count(outcome) : nothing;
  const counts = judge(counted, outcome);
  if (counts.failed > 0) {
    print(`\n── ${suite.name}: ${last.join(' ')}\n${outcome.output.trimEnd()}`);
    if (counted.failed === 0 && outcome.ok) print('It ran no test, or none that can be counted.');
    print('──');
    const names = failedNames(outcome);
    for (const name of names.length > 0 ? names : [last.join(' ')]) {
      failures.push(`  failed: ${suite.name}: ${name}`);
    }
  }
  const took = `${(elapsed() / 1000).toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processors`;
  print(`${counts.failed > 0 ? 'FAILED' : 'ok    '} ${describe(suite, counts)} (${took})`);
  if (counts.skipped > 0) for (const name of skippedNames(outcome)) print(`  skipped: ${name}`);
  return counts;
}

/** Says on stderr which suites are under way, and for how long. */
function beat(): void {
  const now = performance.now();
  const suitesNow = [...underWay].map(
    ([{ name }, started]) => `${name} ${((now - started) / 1000).toFixed(1)} s`,
  );
  process.stderr.write(`  … ${suitesNow.join(', ')}\n`);
}

/** One suite's result in words. */
function describe(suite: Suite, counts: Counts): string {
  return `${suite.name.padEnd(12)} ${summarise(counts).padEnd(34)} ${suite.about}`;
}

/**
 * The suites that the command line asks for.
 * @throws {RangeError} naming an option or a suite that does not exist
 */
function select(parameters: readonly string[]): readonly Suite[] {
  if (parameters.length === 0) return suites.filter(({ onlyWhenNamed }) => !onlyWhenNamed);
  const [option = '', list = ''] = parameters.flatMap((parameter) => parameter.split('='));
  if (option !== '--only') throw new RangeError(`unknown option ${option}; there is only --only`);
  const wanted = list.split(',');
  const isWanted = (name: string, suite: Suite): boolean =>
    suite.name === name || suite.name.startsWith(`${name}-`);
  const unknown = wanted.find((name) => !suites.some((suite) => isWanted(name, suite)));
  if (unknown !== undefined) {
    const names = suites.map((suite) => suite.name).join(', ');
    throw new RangeError(`no suite '${unknown}'; there are ${names}`);
  }
  return suites.filter((suite) => wanted.some((name) => isWanted(name, suite)));
}

/** Runs what the command line asks for. */
async function main(): Promise<void> {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const waiting = [...select(process.argv.slice(2))];
  const runWaiting = async (): Promise<void> => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
      const counts = await runSuite(suite, failures);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    }
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const heartbeat = setInterval(beat, heartbeatMilliseconds);
  await Promise.all(Array.from({ length: suitesAtOnce }, runWaiting));
  clearInterval(heartbeat);
  for (const failure of failures) print(failure);
  print(summarise(total));
  process.exitCode = total.failed > 0 ? 1 : 0;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  process.stderr.write(`npm test: ${error.message}\n`);
  process.exitCode = 2;
}
