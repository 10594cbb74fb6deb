/**
 * The demo: `npm run demo` builds the example and runs this. A local exchange plays a session, the
 * generated reactor keeps the order book in C++, the terminal shows it live, and at the end an
 * independent replay says whether the result is right.
 */
import { basename } from 'node:path';
import { LoomError } from '../../generated/orderbook/bindings/index.ts';
import {
  type DemoOptions,
  helpText,
  parseDemoOptions,
  UsageError,
  usualSeconds,
} from './options.ts';
import { reportJson, reportText } from './report.ts';
import { type LiveState, run } from './run.ts';
import { loadSession, type SessionMessage, sessionSeconds } from './session.ts';
import { isRight, judge } from './verdict.ts';
import { View } from './view.ts';

/** Exit codes beside 0: the result was wrong; the command or the machine was. */
const exitWrong = 1;
const exitRefused = 2;
const exitInterrupted = 130;

/** Runs the demo and gives its exit code. */
async function main(parameters: string[]): Promise<number> {
  const options = parseDemoOptions(parameters);
  if (options.help) {
    process.stdout.write(helpText);
    return 0;
  }
  const session = load(options);
  const speed = options.speed ?? usualSpeed(session);
  const interruption = interruptible();
  let view: View | undefined;
  const watch = (state: LiveState) => {
    const title = { session: describe(options, speed), total: session.length };
    if (!options.json) view = new View(state, title, process.stdout);
  };
  try {
    const { holdSnapshot, backend, core } = options;
    const runOptions = { session: options.session, speed, holdSnapshot, backend, core };
    const outcome = await run(runOptions, interruption, watch);
    view?.[Symbol.dispose]();
    view = undefined;
    // Half a session may end before its snapshot came: right and wrong are for whole ones.
    const verdict = interruption.aborted
      ? 'interrupted'
      : judge(outcome, session, options.session.drop > 0);
    const write = options.json ? reportJson : reportText;
    process.stdout.write(`${write(outcome, verdict)}\n`);
    if (verdict === 'interrupted') return exitInterrupted;
    return isRight(verdict) ? 0 : exitWrong;
  } catch (error) {
    if (error !== interruption.reason) throw error;
    process.stderr.write('demo: interrupted before the first message\n');
    return exitInterrupted;
  } finally {
    view?.[Symbol.dispose]();
  }
}

function load({ session }: DemoOptions): SessionMessage[] {
  try {
    return loadSession(session);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The recorded pace when the session is short, else what makes it last about `usualSeconds`. */
function usualSpeed(session: readonly SessionMessage[]): number {
  return Math.max(1, Math.round((sessionSeconds(session) / usualSeconds) * 10) / 10);
}

function describe({ session }: DemoOptions, speed: number): string {
  const source =
    session.recording === undefined
      ? `synthetic session, seed ${session.seed}`
      : basename(session.recording);
  return `${source}, ${speed === Number.POSITIVE_INFINITY ? 'full speed' : `${speed}x`}`;
}

/** The first Ctrl-C ends the session with the figures so far; a second one ends the process. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(exitInterrupted);
    controller.abort();
  });
  process.on('exit', () => process.stdout.isTTY && process.stdout.write('\x1b[?25h'));
  return controller.signal;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError;
  const code = error instanceof LoomError ? `${error.code}: ` : '';
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`demo: ${code}${text}\n${usage ? 'See npm run demo -- --help\n' : ''}`);
  process.exitCode = usage || error instanceof LoomError ? exitRefused : exitWrong;
}
