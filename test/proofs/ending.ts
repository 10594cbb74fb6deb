/** A stop while operations are in flight: how long it takes, and what it leaves. */

import { once } from 'node:events';
import { type Backend, type Style, startEcho, startLoad, ways } from './echo.ts';
import { type Proof, proof } from './proof.ts';

const boundMilliseconds = 200;
const clients = 8;
/** The quickest counts: a busy machine may keep the program from its core. */
const rounds = 3;

/** One stop under load. @returns milliseconds from the signal to the end, and what was left */
async function stopOnce(style: Style, backend: Backend) {
  const program = await startEcho(style, backend);
  const peers = await Promise.all(
    Array.from({ length: clients }, () => startLoad(program, 2 ** 40, 16)),
  );
  await Promise.all(peers.map((peer) => once(peer.stdout, 'data')));
  const begin = performance.now();
  const ending = await program.stop();
  const milliseconds = performance.now() - begin;
  for (const peer of peers) peer.kill();
  const left = ending.counters.main?.in_flight ?? Number.NaN;
  return { milliseconds, left, exitCode: ending.exitCode };
}

/** All rows about ends. */
export async function endingProofs(): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const { style, backend } of ways) {
    const stops = [];
    for (let round = 0; round < rounds; ++round) stops.push(await stopOnce(style, backend));
    const quickest = Math.min(...stops.map(({ milliseconds }) => milliseconds));
    const left = Math.max(...stops.map((stop) => stop.left));
    const measured = `${quickest.toFixed(1)} ms, ${left} operations left`;
    const holds = stops.every((stop) => stop.left === 0 && stop.exitCode === 0);
    proofs.push(
      proof(
        `stop with ${clients} connections busy, ${style}, ${backend}`,
        measured,
        `${boundMilliseconds} ms, 0 left`,
        holds && quickest < boundMilliseconds,
      ),
    );
  }
  return proofs;
}
