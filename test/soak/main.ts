/**
 * `npm run soak -- --seconds N --backend NAME --seed N`: a long run of a program, a minute unless
 * it is told otherwise; with `--requests N` of what JavaScript asks of a reactor. Prints one table;
 * the exit code says whether all of it holds.
 */

import { parseArgs } from 'node:util';
import { type Proof, table } from '../proofs/proof.ts';
import { requestProofs } from './requests.ts';
import { soak, soakProofs } from './soak.ts';

const usage = `usage: npm run soak -- [options]

  --seconds N      how long; at least 10, else 60
  --backend NAME   io_uring or epoll; else io_uring
  --requests N     instead: so many file reads that JavaScript asks for; at least 1000
  --seed N         of the pauses of both sides; else a new one, which is printed
`;

/** A whole number of an option. @throws {RangeError} */
function natural(name: string, text: string, minimum: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < minimum) {
    throw new RangeError(`--${name} takes a whole number from ${minimum} on, not '${text}'`);
  }
  return Number(text);
}

/** Runs, and prints. @returns the exit code */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      backend: { type: 'string', default: 'io_uring' },
      requests: { type: 'string' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 29)) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { backend } = values;
  if (backend !== 'io_uring' && backend !== 'epoll') {
    throw new RangeError(`--backend takes io_uring or epoll, not '${backend}'`);
  }
  if (values.requests !== undefined) {
    const requests = natural('requests', values.requests, 1000);
    return print(`${requests} requests on ${backend}`, await requestProofs({ requests, backend }));
  }
  const seconds = natural('seconds', values.seconds, 10);
  const seed = natural('seed', values.seed, 0);
  const proofs = soakProofs(await soak({ seconds, backend, seed }));
  return print(`${seconds} s on ${backend}, seed ${seed}`, proofs);
}

/** Prints a table. @returns the exit code */
function print(title: string, proofs: readonly Proof[]): number {
  process.stdout.write(`${title}\n${table(proofs)}`);
  return proofs.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const code = String((error as { code?: unknown }).code);
  if (!(error instanceof RangeError) && !code.startsWith('ERR_PARSE_ARGS')) throw error;
  process.stderr.write(`npm run soak: ${(error as Error).message}\n${usage}`);
  process.exitCode = 2;
}
