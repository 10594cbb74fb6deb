/**
 * The echo program for Windows: `loomgen build --target win32-x64` makes its addon and executable
 * with MinGW, which are looked at; wine runs the executable, which is spoken to over TCP from here.
 * Windows itself never ran it. Without MinGW and wine it is skipped by name.
 */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { build } from '../../generator/commands/build.ts';
import { root } from '../conformance/build.ts';
import { Peer } from '../conformance/peer.ts';
import { Program } from '../conformance/program.ts';
import { missing, prepareWine, wine, wineEnvironment } from './wine.ts';

/** Declares a test that wine is needed for. */
function declare(title: string, body: (t: ExecutionContext) => Promise<void>): void {
  if (missing === null) test.serial(title, body);
  else test.skip(`${title} (${missing})`, body);
}

const target = 'win32-x64';

/** Builds the program into a folder of .cache; gives the folder, and what was made. */
async function make(folder: string) {
  const out = join(root, '.cache/iocp', folder);
  const config = join(root, 'test/iocp/loom.config.ts');
  const { diagnostics, targets } = await build({ config, out, target, force: true });
  const [made] = targets;
  if (made === undefined) throw new Error(JSON.stringify(diagnostics, null, 2));
  return { out, made };
}

let built: ReturnType<typeof make> | null = null;

/** Starts the program under wine. */
async function start(...parameters: string[]): Promise<Program> {
  built ??= make('echo');
  const { out, made } = await built;
  prepareWine();
  const words = [join(out, made.executable ?? ''), ...parameters];
  return new Program(wine ?? '', words, wineEnvironment, 'SIGINT');
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

declare('a config that names IOCP becomes an addon and an executable of Windows', async (t) => {
  t.timeout(480_000);
  built ??= make('echo');
  const { out, made } = await built;
  t.is(made.compiler, 'cross');
  t.is(made.minimumSystem, 'Windows 10');
  t.is(made.executable, `build/${target}/echo.exe`);
  t.deepEqual(
    made.needed.filter((name) => !/^(?:KERNEL32|msvcrt|WS2_32|MSWSOCK|IPHLPAPI)\.dll$/i.test(name)),
    [],
  );
  t.true(existsSync(join(out, `prebuilds/${target}/echo.node`)));
  if (process.env.LOOM_NODE_WIN32_X64 === undefined) {
    t.regex(made.notLoaded, /LOOM_NODE_WIN32_X64 names no Node of it/);
  } else t.regex(made.loadedBy ?? '', /^Node [\d.]+ under wine$/);
  if (process.env.LOOM_TEST_BOUNDED !== undefined) return t.log('built once: bounded');
  rmSync(join(root, '.cache/iocp/again'), { recursive: true, force: true });
  t.is((await make('again')).made.sha256, made.sha256);
});

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
