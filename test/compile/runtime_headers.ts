/**
 * The runtime headers as the compile tests see them: which there are, what each includes, and how
 * to compile a few lines against them without doing the same work twice.
 *
 * A compiler run that succeeded is remembered in .cache/compile by a key over everything that could
 * change its answer: the compiler's version, its flags, and the text of the header and of every
 * runtime header it reaches. System headers are represented by the compiler's version and the
 * versions pkg-config knows.
 */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where `#include <loom/…>` is looked up. */
const includeFolder = join(root, 'templates/runtime');

const cacheFolder = join(root, '.cache/compile');

/** At most this many compilers at once; the smallest machine in use has two cores. */
const maximumCompilers = 2;

/** Flags under which every runtime header has to compile alone. */
export const strictFlags: readonly string[] = [
  '-std=c++20',
  '-fno-rtti',
  '-Wall',
  '-Wextra',
  '-Wconversion',
  '-Wshadow',
  '-Werror',
  `-I${includeFolder}`,
  // What the emitted CMakeLists.txt gives the addon's one source.
  '-DNAPI_VERSION=8',
  `-isystem${join(root, 'node_modules/node-addon-api')}`,
  `-isystem${join(root, 'node_modules/node-api-headers/include')}`,
  // <sys/event.h>, which Linux lacks.
  `-isystem${join(root, 'test/kqueue')}`,
];

/** Every runtime header, as it is included (`loom/tag.hpp`), in order. */
export function listRuntimeHeaders(): string[] {
  return readdirSync(join(includeFolder, 'loom'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.hpp'))
    .map((path) => `loom/${path}`)
    .sort();
}

/** A header and all runtime headers it reaches. */
function reach(header: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(header)) return seen;
  seen.add(header);
  const file = join(includeFolder, header);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/^#include [<"](.+)[>"]/gm)) {
    const besideIt = join(dirname(file), name);
    for (const candidate of [join(includeFolder, name), besideIt]) {
      if (existsSync(candidate)) reach(relative(includeFolder, candidate), seen);
    }
  }
  return seen;
}

/** What a tool says about itself; empty when it cannot be run. */
function versionOf(command: string, parameters: readonly string[]): string {
  return spawnSync(command, parameters, { encoding: 'utf8' }).stdout ?? '';
}

const libraryVersions = versionOf('pkg-config', ['--modversion', 'liburing']);
const toolVersions = new Map<string, string>();

/** One run of a compiler or of clang-tidy over some headers. */
export interface Run {
  /** The program, as found on PATH. */
  command: string;
  /** Its parameters. */
  parameters: readonly string[];
  /** The headers it looks at, as they are included. */
  headers: readonly string[];
  /** Text given on stdin. */
  input?: string;
  /** Further files whose text decides the answer, relative to the repository. */
  decidedBy?: readonly string[];
}

/** The key under which a successful run is remembered. */
function keyOf(run: Run): string {
  const version = toolVersions.get(run.command) ?? versionOf(run.command, ['--version']);
  toolVersions.set(run.command, version);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([version, libraryVersions, run.parameters, run.input ?? '']));
  const reached = new Set(run.headers.flatMap((header) => [...reach(header)]));
  for (const header of [...reached].sort()) {
    hash.update(`\0${header}\0`).update(readFileSync(join(includeFolder, header)));
  }
  for (const file of run.decidedBy ?? []) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

const waiting: (() => void)[] = [];
let running = 0;

/**
 * Runs a compiler, at most two at once, unless it succeeded before on the same input.
 * @returns what it printed; empty when it succeeded
 */
export async function compile(run: Run): Promise<string> {
  const stamp = join(cacheFolder, keyOf(run));
  if (existsSync(stamp)) return '';
  if (running >= maximumCompilers) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    const complaint = await start(run);
    if (complaint === '') {
      mkdirSync(cacheFolder, { recursive: true });
      writeFileSync(stamp, '');
    }
    return complaint;
  } finally {
    // The place goes to the one who waits, else back to the pool.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Starts the program; gives what it printed when it failed. */
function start({ command, parameters, input }: Run): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', (error) => resolve(`${error.message}; npm run setup installs it\n`));
    child.on('close', (code) => resolve(code === 0 ? '' : output || `exit code ${code}\n`));
    // A program that cannot be started, or does not read, is reported by the two handlers above.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}
