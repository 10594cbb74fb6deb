/**
 * The emitted echo program on IOCP: compiled by MinGW, run by wine, spoken to over TCP from here.
 * Windows itself never ran it. Without MinGW and wine it is skipped by name.
 */

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { buildProgram } from '../conformance/build.ts';
import { Peer } from '../conformance/peer.ts';
import { Program } from '../conformance/program.ts';
import { missing, prepareWine, wine, wineEnvironment } from './wine.ts';

/** Declares a test that wine is needed for. */
function declare(title: string, body: (t: ExecutionContext) => Promise<void>): void {
  if (missing === null) test.serial(title, body);
  else test.skip(`${title} (${missing})`, body);
}

/** Starts the program under wine. */
async function start(...parameters: string[]): Promise<Program> {
  const executable = await buildProgram({ name: 'echo', flavour: 'release', isOnIocp: true });
  prepareWine();
  return new Program(wine ?? '', [executable, ...parameters], wineEnvironment, 'SIGINT');
}

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

/** The cores that each thread of a process may use, as the kernel lists them. */
function coresOfThreads(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    return /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '';
  });
}

declare('echo on IOCP gives back what many connections send, and stops in order', async (t) => {
  t.timeout(480_000);
  const program = await start();
  await program.ready();
  const address = program.addresses.get('bytes') ?? '';
  // More at once than AcceptEx are outstanding; pieces of less and more than a receive buffer.
  const sizes = Array.from({ length: 12 }, (_, n) => [1, 100 * n + 7, 20_000]);
  const came = await Promise.all(sizes.map((pieces) => echoes(address, pieces)));
  t.deepEqual(came, Array<boolean>(sizes.length).fill(true));
  const { exitCode, counters, talk } = await program.stop();
  t.is(exitCode, 0, talk.join('\n'));
  t.is(counters.main?.backend, 4);
  t.is(counters.main?.accepted, sizes.length);
  t.is(counters.main?.in_flight, 0);
  t.is(counters.main?.allocations_after_init, 0);
});

declare(
  'a reactor on IOCP has the core that it was given, or none that there is not',
  async (t) => {
    t.timeout(480_000);
    const program = await start('--core', 'main=0');
    await program.ready();
    t.true(coresOfThreads(program.pid).includes('0'));
    t.true(await echoes(program.addresses.get('lines') ?? '', []));
    t.is((await program.stop()).exitCode, 0);

    const refused = await (await start('--core', 'main=64')).ended();
    t.is(refused.exitCode, 2);
    t.regex(refused.talk.join('\n'), /core 64 does not exist .* the mask 0x[0-9a-f]+/);
  },
);
