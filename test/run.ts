/**
 * `npm test`: runs the suites of test/suites.ts one after the other and adds their tests up.
 *
 * A suite that held takes one line, and one more for each test it skipped; one that failed is
 * shown in full, and its failures are named once more at the end. The last line is always
 * `N passed, N failed`, over all suites, and the exit code follows it. `--only ava,ctest` runs the
 * suites whose names are listed, or begin with a listed name and a dash; some run only so.
 */

import { spawn } from 'node:child_process';
import type { Counts, Outcome } from './count.ts';
import { failedNames, judge, skippedNames, summarise } from './count.ts';
import type { Suite } from './suites.ts';
import { suiteLimitSeconds, suites } from './suites.ts';

const heartbeatMilliseconds = 30_000;

// What a suite prints is read, not looked at.
const { FORCE_COLOR: _, ...environment } = process.env;
const plainEnvironment = { ...environment, NO_COLOR: '1' };

/** Prints one line of the report. */
function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs one command to its end, in a process group of its own so that nothing outlives it. */
function runCommand(suite: Suite, command: readonly string[], limit: number): Promise<Outcome> {
  const [file = '', ...parameters] = command;
  return new Promise((resolve) => {
    const child = spawn(file, parameters, {
      detached: true,
      env: { ...plainEnvironment, ...suite.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const endGroup = (): void => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // It ended in the meantime.
      }
    };
    const interrupt = (): void => {
      endGroup();
      process.exit(130);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    const chunks: Buffer[] = [];
    const overdue = setTimeout(() => {
      chunks.push(Buffer.from(`\nended: it took longer than ${suiteLimitSeconds} s\n`));
      endGroup();
    }, limit);
    const finish = (ok: boolean, last = ''): void => {
      clearTimeout(overdue);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      resolve({ ok, output: Buffer.concat(chunks).toString() + last });
    };
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => finish(false, `${error.message}\n`));
    child.on('close', (code) => finish(code === 0));
  });
}

/** Runs one suite and reports it. Adds what failed in it to `failures`, by name. */
async function runSuite(suite: Suite, failures: string[]): Promise<Counts> {
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const seconds = (): string => `${(elapsed() / 1000).toFixed(1)} s`;
  const heartbeat = setInterval(() => {
    process.stderr.write(`  … ${suite.name} ${seconds()}\n`);
  }, heartbeatMilliseconds);
  let outcome: Outcome = { ok: false, output: '' };
  let last: readonly string[] = [];
  for (last of suite.commands) {
    outcome = await runCommand(suite, last, suiteLimitSeconds * 1000 - elapsed());
    if (!outcome.ok) break;
  }
  clearInterval(heartbeat);
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
  print(`${counts.failed > 0 ? 'FAILED' : 'ok    '} ${describe(suite, counts)} (${seconds()})`);
  if (counts.skipped > 0) for (const name of skippedNames(outcome)) print(`  skipped: ${name}`);
  return counts;
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
  for (const suite of select(process.argv.slice(2))) {
    const counts = await runSuite(suite, failures);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
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
