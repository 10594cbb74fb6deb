/**
 * `npm run platforms`: for each target of `loomgen build --target`, what was done with it here and
 * now: compiled, linked and checked, loaded, and spoken to, by what, and the conformance list. What
 * could not be done says why; nothing is taken from an earlier run. Names of targets as parameters
 * leave the others out, `--twice` builds each in a second folder and compares the bytes, `--zig` is
 * given on, `--brief` leaves the conformance list out, and with it the row of the kqueue emulation.
 * LOOM_LIBKQUEUE, a folder that libkqueue was installed to, has that row made with it.
 * Exits 1 when something went wrong, not for want of tools; verdict.ts has what that is.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backendsOf } from '../../schemas/backends.ts';
import { type Target, targets, zigMusl } from '../../schemas/targets.ts';
import { thisMachine } from '../../templates/bindings/prebuilds.ts';
import { nodeOf } from '../../generator/check_addon.ts';
import { build } from '../../generator/commands/build.ts';
import { thisSystem } from '../../generator/doctor/system.ts';
import { isHere } from '../../generator/toolchain.ts';
import { playFor, playKqueue } from './conformance.ts';
import { emulationName, isWrong, spokenWords, unknownNames, withoutAddon } from './verdict.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** What is built, beside this: for Windows, the part of it that there is. */
function configOf({ platform }: Target): string {
  return platform === 'win32' ? './windows.config.ts' : './loom.config.ts';
}

/** Longest conversation: an emulator starts Node in seconds. */
const conversationMilliseconds = 120_000;

/** One line of the table. */
interface Row {
  target: string;
  compiled: string;
  loaded: string;
  spoke: string;
  conformance: string;
  bytes: string;
}

/** Lines that come back from the addon's own server, over each backend that it can have. */
const conversation = `
const { open } = require(process.argv[1]);
const { connect } = require('node:net');
async function main() {
  const heard = [];
  for (const backend of process.argv[3].split(' ')) {
    const addresses = JSON.parse(process.argv[4]);
    let program;
    try {
      program = await open({ native: process.argv[2], addresses, backend });
    } catch (error) {
      heard.push(backend + ' ' + error.code);
      continue;
    }
    const [host, port] = program.echo.address.split(':');
    const socket = connect(Number(port), host, () => socket.write('one\\ntwo\\nthree\\n'));
    let text = '';
    for await (const bytes of socket) if ((text += bytes).length >= 14) break;
    socket.destroy();
    await program[Symbol.asyncDispose]();
    if (text !== 'one\\ntwo\\nthree\\n') throw new Error(backend + ' said ' + JSON.stringify(text));
    heard.push(backend + ' passed');
  }
  // Not process.stdout: Node under wine cannot open a pipe as a stream.
  require('node:fs').writeSync(1, heard.join(', '));
}
main();
`;

/** Speaks to a compiled addon; gives what passed, or why not. */
function speak(target: Target, out: string): string {
  const words = nodeOf(target, thisSystem(process.env), isHere(target, thisMachine()));
  if (typeof words === 'string') return 'no';
  const [program = '', ...given] = words;
  const addon = join(out, `prebuilds/${target.name}/fibers.node`);
  const script = ['-e', conversation, join(out, 'dist/index.cjs'), addon];
  const backends = backendsOf(target.platform).join(' ');
  const port = '127.0.0.1:0';
  const addresses = target.platform === 'win32' ? { echo: port } : { echo: port, proxy: port };
  const ran = spawnSync(program, [...given, ...script, backends, JSON.stringify(addresses)], {
    encoding: 'utf8',
    timeout: conversationMilliseconds,
  });
  if (ran.status === 0) return spokenWords(ran.stdout.trim());
  const lines = ran.stderr.trim().split('\n');
  return `FAILED: ${lines.find((line) => line.includes('Error')) ?? lines.at(-1) ?? ran.signal}`;
}

/** The oldest C library that an addon loads with; the system's name where there is one alone. */
function libraryOf({ library, system }: Target, minimumGlibc: string | null): string {
  if (library === null) return system;
  return library === 'musl' ? `musl ${zigMusl}` : `glibc ${minimumGlibc ?? 'none'}`;
}

/** Builds one target in a folder of its own. */
async function buildIn(out: string, target: Target) {
  const config = join(repository, 'test/platforms', configOf(target));
  const zig = process.argv.includes('--zig') && target.zig !== null;
  return build({ config, out, target: target.name, static: true, zig, directory: repository });
}

const no = { compiled: 'no', loaded: 'no', spoke: 'no', conformance: 'no', bytes: '' };

/** The kqueue backend on this Linux: no target, and no BSD kernel. */
async function rowOfEmulation(): Promise<Row> {
  const conformance = await playKqueue();
  const by = (process.env.LOOM_LIBKQUEUE ?? '') === '' ? 'test/kqueue' : 'libkqueue';
  const compiled = `native, ${by} over epoll`;
  return { ...no, target: emulationName, compiled, conformance, bytes: 'no BSD kernel runs this' };
}

/** Does with a target what can be done here. */
async function rowOf(target: Target, folder: string): Promise<Row> {
  const nothing = { target: target.name, ...no };
  const out = join(folder, target.name);
  const result = await buildIn(out, target);
  const [made] = result.targets;
  const isBrief = process.argv.includes('--brief');
  const conformance = isBrief ? 'not played' : await playFor(target);
  if (made === undefined) {
    return { ...nothing, conformance, bytes: withoutAddon(result.diagnostics) };
  }
  const again = process.argv.includes('--twice')
    ? (await buildIn(join(folder, 'again', target.name), target)).targets[0]
    : undefined;
  const isSame = again?.sha256 === made.sha256 ? 'the same bytes twice' : 'OTHER BYTES';
  return {
    target: target.name,
    compiled: `${made.compiler}, ${made.minimumSystem ?? libraryOf(target, made.minimumGlibc)}`,
    loaded: made.loadedBy ?? `no: ${made.notLoaded}`,
    spoke: speak(target, out),
    conformance,
    bytes: process.argv.includes('--twice') ? isSame : `${Math.ceil(made.bytes / 1024)} KiB`,
  };
}

/** Prints rows under their columns. */
function print(rows: readonly Row[]): void {
  const columns = ['target', 'compiled', 'loaded', 'spoke', 'conformance', 'bytes'] as const;
  const titles = { target: 'target', compiled: 'compiled and linked', loaded: 'loaded by' };
  const more = { spoke: 'a conversation', conformance: 'conformance list', bytes: 'remarks' };
  const head: Row = { ...titles, ...more };
  const all = [head, ...rows];
  const widths = columns.map((key) => Math.max(...all.map((row) => row[key].length)));
  for (const row of all) {
    const cells = columns.map((key, index) => row[key].padEnd(widths[index] ?? 0));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

/** Makes every row that is asked for and prints the table; gives the exit code. */
async function main(names: readonly string[]): Promise<number> {
  const [unknown] = unknownNames(names);
  if (unknown !== undefined) {
    const known = [...targets.map(({ name }) => name), emulationName].join(', ');
    process.stderr.write(`there is no target '${unknown}'; use one of: ${known}\n`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'loom-platforms-'));
  const isAsked = (name: string) => names.length === 0 || names.includes(name);
  try {
    const rows: Row[] = [];
    for (const target of targets) {
      if (isAsked(target.name)) rows.push(await rowOf(target, folder));
    }
    const hasEmulation = process.platform === 'linux' && !process.argv.includes('--brief');
    if (hasEmulation && isAsked(emulationName)) rows.push(await rowOfEmulation());
    print(rows);
    return rows.some((row) => isWrong(Object.values(row))) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2).filter((word) => !word.startsWith('--')));
