/**
 * The emitted echo program on IOCP: compiled by MinGW, run by wine, spoken to over TCP from here.
 * Windows itself never ran it. Without MinGW and wine it is skipped by name.
 */

import { randomBytes } from 'node:crypto';
import test from 'ava';
import { buildProgram } from '../conformance/build.ts';
import { Peer } from '../conformance/peer.ts';
import { Program } from '../conformance/program.ts';
import { missing, prepareWine, wine, wineEnvironment } from './wine.ts';

const title = 'echo on IOCP gives back what many connections send, and stops in order';

/** Sends each piece when the one before has come back. @returns whether all did, unchanged */
async function echoes(address: string, sizes: readonly number[]): Promise<boolean> {
  const peer = await Peer.connect(address);
  for (const size of sizes) {
    const piece = randomBytes(size);
    await peer.send(piece);
    if (!piece.equals(await peer.bytes(size))) return false;
  }
  peer.end();
  return (await peer.rest()).end === 'end';
}

(missing === null ? test : test.skip)(missing ? `${title} (${missing})` : title, async (t) => {
  t.timeout(480_000);
  const executable = await buildProgram({ name: 'echo', flavour: 'checked', isOnIocp: true });
  prepareWine();
  const program = new Program(wine ?? '', [executable], wineEnvironment, 'SIGINT');
  await program.ready();
  const address = program.addresses.get('bytes') ?? '';
  // More at once than AcceptEx are outstanding; pieces of less and more than a receive buffer.
  const connections = 3 * 4;
  const all = Array.from({ length: connections }, (_, n) =>
    echoes(address, [1, 100 * n + 7, 20_000]),
  );
  t.deepEqual(await Promise.all(all), Array<boolean>(connections).fill(true));
  const { exitCode, counters, talk } = await program.stop();
  t.is(exitCode, 0, talk.join('\n'));
  t.is(counters.main?.backend, 4);
  t.is(counters.main?.accepted, connections);
  t.is(counters.main?.in_flight, 0);
});
