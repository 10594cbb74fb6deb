/**
 * Builds the programs of this suite: the generator writes the C++, one compiler call makes the
 * executable. Executables are kept in .cache/conformance under a key over everything that they
 * are made of, so that a second run builds nothing, and below a lock, so that of two test files
 * which want the same one builds it and the other waits.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from '../../generator/commands/build.ts';
import * as mingw from '../iocp/mingw.ts';
import type { Machine } from './machines.ts';

const run = promisify(execFile);

/** The repository's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** This suite's folder. */
export const here = fileURLToPath(new URL('.', import.meta.url));

const cache = join(root, '.cache/conformance');

const warnings = ['-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Werror'];

/**
 * How an executable is compiled, by name. Where assertions stay on, clang compiles without
 * optimising: g++ takes ten times as long for a program with -O1 and ASan.
 */
export const flavours = {
  release: { compiler: 'g++', flags: ['-O2', '-DNDEBUG'] },
  checked: { compiler: 'clang++', flags: [] },
  address: {
    compiler: 'clang++',
    flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
  },
  thread: { compiler: 'clang++', flags: ['-fsanitize=thread'] },
} as const;

/** One of the ways to compile. */
export type Flavour = keyof typeof flavours;

/** A compilation: its sources, its flags, and files that it reads besides. */
interface Compilation {
  name: string;
  /** The compiler, with the words that make it one. */
  command: readonly string[];
  flags: readonly string[];
  sources: readonly string[];
  /** Folders whose files decide the result. */
  folders: readonly string[];
  libraries: readonly string[];
}

/** Every file below `folder`, in order. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:c|cpp|hpp|h)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * What runs below a lock: the command in `$2…`, which makes `$1` and then `$0` of it, unless that
 * was made meanwhile.
 */
const makeOnce = '[ -e "$0" ] || { out=$1; shift; "$@" -o "$out" && mv "$out" "$0"; }';

/** Compiles and links, unless the same was done before. @returns the executable's path */
async function compile(job: Compilation): Promise<string> {
  const hash = createHash('sha256');
  const [compiler = '', ...words] = job.command;
  hash.update((await run(compiler, [...words, '--version'])).stdout);
  hash.update(JSON.stringify([job.flags, job.libraries]));
  for (const file of [...job.sources, ...job.folders.flatMap(filesBelow)]) {
    hash.update(`\0${file}\0`).update(readFileSync(file));
  }
  const folder = join(cache, 'executables');
  const executable = join(folder, `${job.name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  const once = [`${executable}.lock`, 'sh', '-c', makeOnce, executable, `${executable}.unfinished`];
  const command = [...job.command, ...job.flags, ...job.sources, ...job.libraries];
  await run('flock', [...once, ...command], { maxBuffer: 2 ** 26 });
  const others = new RegExp(`^${job.name}-[0-9a-f]{16}(?:\\.\\w+)?$`);
  for (const old of readdirSync(folder)) {
    if (others.test(old) && !join(folder, old).startsWith(executable)) rmSync(join(folder, old));
  }
  return executable;
}

/** What a program is made of. */
export interface ProgramOptions {
  /** The config's folder, relative to this one; its last word is the program's name. */
  name: string;
  flavour: Flavour;
  /** Another config than `loom.config.ts` of that folder, relative to this one. */
  config?: string;
  /** More C++ sources for the executable, relative to this folder. */
  sources?: readonly string[];
  /** On kqueue alone, which this platform has from test/kqueue. */
  isOnKqueue?: boolean;
  /** For another machine than this one, on epoll alone. */
  machine?: Machine | undefined;
  /** On IOCP alone, for Windows: compiled by MinGW, whatever the flavour. */
  isOnIocp?: boolean;
}

const kqueueFolder = join(root, 'test/kqueue');

/** Where libkqueue was installed to, in place of test/kqueue; empty: nowhere. */
const libkqueue = process.env.LOOM_LIBKQUEUE ?? '';

/** How a program gets kqueue(2) here: as an emulation that is compiled, or as a library. */
const emulation =
  libkqueue === ''
    ? { headers: kqueueFolder, sources: [join(kqueueFolder, 'kqueue.cpp')], libraries: [] }
    : {
        headers: join(libkqueue, 'include/kqueue'),
        sources: [],
        libraries: [join(libkqueue, 'lib/libkqueue.a')],
      };

/**
 * The generated program with kqueue in the place of this platform's backends: the part that its
 * config names for Darwin, or the same where it names none. @returns the source's path
 */
function onKqueue(out: string): string {
  const program = readFileSync(join(out, 'src/program.cpp'), 'utf8')
    .replace('#include <loom/backend/io_uring.hpp>\n', '')
    .replace('backend/epoll.hpp', 'backend/kqueue.hpp')
    .replaceAll(/loom::IoUring,\s+loom::Epoll/g, 'loom::Kqueue')
    .replaceAll('defined(__linux__)', '0')
    .replaceAll('defined(__APPLE__)', '1');
  const file = join(out, 'kqueue.cpp');
  writeFileSync(file, program);
  return file;
}

/** How the generated build switches stacks, as compiler and linker are told. */
function fibersOf(out: string, isElsewhere: boolean): { flags: string[]; libraries: string[] } {
  const cmake = readFileSync(join(out, 'CMakeLists.txt'), 'utf8');
  const declared = /^loom_use_fibers\(\w+ (\w+)\)/m.exec(cmake)?.[1];
  // As `build --target` does: Boost.Context of another machine need not be here.
  const context = isElsewhere && declared !== undefined ? 'assembly' : declared;
  return {
    flags: context ? [`-DLOOM_CONTEXT_${context.toUpperCase()}`, '-fstack-clash-protection'] : [],
    libraries: context === 'fcontext' ? ['-l:libboost_context.a'] : [],
  };
}

let lastGeneration: Promise<unknown> = Promise.resolve();

/**
 * Generates when what was asked for before has ended: on a busy machine ten configs at once would
 * meet the deadline of each.
 * @throws {Error} with the diagnostics of a config that is wrong
 */
async function generate(config: string, out: string, backend?: readonly string[]): Promise<void> {
  const options = { config, out, backend, compile: false, force: true };
  const generation = lastGeneration.then(() => build(options));
  lastGeneration = generation.catch(() => undefined);
  const result = await generation;
  if (result.exitCode !== 0) throw new Error(JSON.stringify(result.diagnostics, null, 2));
}

/** Generates and compiles a program of this suite. @returns the executable's path */
export async function buildProgram(options: ProgramOptions): Promise<string> {
  const { flavour, machine } = options;
  const name = basename(options.name);
  const file = options.config ?? `${options.name}/loom.config.ts`;
  const variant = basename(file, '.config.ts');
  const backend = options.isOnIocp ? ['iocp'] : options.isOnKqueue ? ['kqueue'] : [];
  const elsewhere = machine === undefined ? [] : [machine.name];
  const ways = [flavour, ...backend, ...elsewhere].join('-');
  const out = join(cache, 'generated', ways, variant, name);
  const config = join(here, file);
  await generate(config, out, machine && ['epoll']);
  const runtime = join(out, 'runtime');
  const extra = (options.sources ?? []).map((source) => join(here, source));
  // A sanitizer brings its own operator new.
  const counter = flavour === 'release' ? [join(runtime, 'loom/allocation_counter.cpp')] : [];
  const fibers = fibersOf(out, machine !== undefined);
  const program = options.isOnKqueue
    ? [onKqueue(out), ...emulation.sources]
    : [options.isOnIocp ? mingw.onIocp(out) : join(out, 'src/program.cpp')];
  const includes = ['include', 'src', 'runtime'].map((folder) => `-I${join(out, folder)}`);
  return compile({
    name: [
      name,
      flavour,
      ...(variant === 'loom' ? [] : [variant]),
      ...backend,
      ...elsewhere,
      ...(options.sources ?? []).map((source) => source.replace(/\W/g, '_')),
    ].join('-'),
    command: options.isOnIocp
      ? [mingw.compiler]
      : (machine?.compiler ?? [flavours[flavour].compiler]),
    flags: [
      ...['-std=c++20', '-fno-rtti', '-g1', ...warnings],
      ...(options.isOnIocp
        ? mingw.flagsFor(runtime)
        : [...flavours[flavour].flags, ...fibers.flags]),
      ...[...includes, `-I${join(here, options.name)}`, `-I${here}`],
      ...(options.isOnKqueue ? ['-isystem', emulation.headers, '-DLOOM_EMULATES_KQUEUE'] : []),
    ],
    sources: [...[...program, join(out, 'src/standalone.cpp')], ...[...counter, ...extra]],
    folders: [
      ...[runtime, join(out, 'include'), join(out, 'src'), join(here, options.name)],
      ...(extra.length > 0 ? [join(here, 'native')] : []),
      ...(options.isOnKqueue ? [emulation.headers] : []),
    ],
    libraries: options.isOnIocp
      ? mingw.libraries
      : [
          ...(options.isOnKqueue ? emulation.libraries : []),
          ...(machine === undefined ? ['-luring'] : []),
          ...[...fibers.libraries, '-lpthread'],
        ],
  });
}

const tools = new Map<string, Promise<string>>();

/** Compiles one of the C programs in native/. @returns the executable's path */
export function buildTool(name: string): Promise<string> {
  const known = tools.get(name) ?? compileTool(name);
  tools.set(name, known);
  return known;
}

/** Compiles a source of native/ for LD_PRELOAD. @returns the library's path */
export function buildPreload(name: string): Promise<string> {
  return compile({
    name,
    command: ['g++'],
    flags: ['-std=c++20', '-O2', '-shared', '-fPIC', ...warnings],
    sources: [join(here, 'native', `${name}.cpp`)],
    folders: [join(here, 'native')],
    libraries: [],
  });
}

/**
 * Compiles a C++ source for Windows, by MinGW; one that includes the runtime says so.
 * @returns the executable's path
 */
export function buildForWine(source: string, hasRuntime = false): Promise<string> {
  const runtime = join(root, 'templates/runtime');
  return compile({
    name: basename(source, '.cpp'),
    command: [mingw.compiler],
    flags: [
      ...['-std=c++20', ...warnings],
      ...(hasRuntime ? [...mingw.flagsFor(runtime), `-I${runtime}`] : ['-O1', '-static']),
    ],
    sources: [source],
    folders: hasRuntime ? [runtime] : [],
    libraries: mingw.libraries,
  });
}

function compileTool(name: string): Promise<string> {
  return compile({
    name,
    command: ['gcc'],
    flags: ['-std=c17', '-O1', '-Wall', '-Wextra', '-Werror'],
    sources: [join(here, 'native', `${name}.c`)],
    folders: [],
    libraries: [],
  });
}
