// @ts-check
// The three jobs behind package.json's scripts. Each makes sure of what it needs, in the order in
// which one thing needs the other, and then hands over to TypeScript; what setup says goes to
// stderr, and a job's own exit code is the command's.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBundle } from './stale_bundle.mjs';
import { ensureModules } from './modules.mjs';
import { ensureSystemPackages } from './system.mjs';
import { Refusal } from './talk.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Installs what is missing.
 * @param {boolean} forTests the tests need more than building does
 */
async function setUp(forTests) {
  await ensureSystemPackages(forTests);
  await ensureModules(root);
  await ensureBundle(root);
}

/**
 * Runs Node and waits.
 * @param {string[]} parameters
 * @param {{ cwd?: string, talk?: boolean }} [options] `talk` sends its stdout to stderr
 * @returns {Promise<number>} the exit code, 128 + the signal's number where one ended it
 */
function runNode(parameters, { cwd = root, talk = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parameters, {
      cwd,
      // tsx looks for the compiler's options where it is started, which may be elsewhere.
      env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
      stdio: ['inherit', talk ? 2 : 'inherit', 'inherit'],
    });
    process.once('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', () => resolve(1));
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/**
 * Generates, compiles and runs the order book.
 * @param {string[]} parameters given to the example as they are
 */
async function demo(parameters) {
  await setUp(false);
  const config = 'examples/orderbook/loom.config.ts';
  const built = await runNode(['bin/loomgen.js', 'build', config, '--release'], { talk: true });
  if (built !== 0) return built;
  const example = join(root, 'examples/orderbook/main.ts');
  // A FILE among the parameters is meant from where the command was typed.
  const cwd = process.env.INIT_CWD ?? root;
  return runNode(['--import', import.meta.resolve('tsx'), example, ...parameters], { cwd });
}

/**
 * Runs every test suite.
 * @param {string[]} parameters `--only ava,ctest`
 */
async function test(parameters) {
  await setUp(true);
  return runNode(['--import', 'tsx', 'test/run.ts', ...parameters]);
}

/** The jobs by name. */
const jobs = {
  setup: async () => {
    await setUp(true);
    return 0;
  },
  demo,
  test,
};

/**
 * Runs one job and sets the exit code: 2 where the user has to do something first.
 * @param {string[]} parameters the job's name, then what it is given
 */
export async function main([name = 'setup', ...parameters]) {
  // A terminal's Ctrl-C reaches the child as well; wait for it and pass its answer on.
  process.on('SIGINT', () => {});
  const job = Object.entries(jobs).find(([known]) => known === name)?.[1];
  try {
    if (!job) throw new Refusal(`no job '${name}'; there are ${Object.keys(jobs).join(', ')}`);
    process.exitCode = await job(parameters);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`\nsetup: ${error.message}\n`);
    process.exitCode = 2;
  }
}
