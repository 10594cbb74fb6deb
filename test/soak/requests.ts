/** The long run of requests: what JavaScript asks of a reactor must leave no memory behind. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildRequests } from '../bindings/requests_program.ts';
import { type Proof, proof } from '../proofs/proof.ts';
import type { Sample } from './flatness.ts';
import { memoryRows, type SoakOptions } from './soak.ts';

/** How a run is made. */
export interface RequestOptions extends Pick<SoakOptions, 'backend'> {
  /** File reads that are asked for. */
  requests: number;
}

/** Asks for so many reads. @returns the rows of it @throws {Error} when its process fails */
export async function requestProofs({ requests, backend }: RequestOptions): Promise<Proof[]> {
  const { index } = await buildRequests();
  const folder = mkdtempSync(join(tmpdir(), 'loom-soak-'));
  const script = fileURLToPath(new URL('./program/asker.ts', import.meta.url));
  const child = fork(script, [index, backend, folder, String(requests)], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
  });
  try {
    const samples: Sample[] = [];
    child.on('message', (sample: Sample) => samples.push(sample));
    const [code, signal] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the asker ended with ${signal ?? `exit ${code}`}`);
    const asked = samples.at(-1)?.messages ?? 0;
    return [
      ...memoryRows(samples, 'requests'),
      proof('requests', `${asked} were answered`, String(requests), asked === requests),
    ];
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
