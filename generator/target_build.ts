/**
 * How CMake is asked to compile for a target: the compiler, the libraries that are linked into the
 * addon, and what makes its bytes the same everywhere. Small scripts in the build folder stand for
 * compilers that are more than one word.
 */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ir } from '../schemas/ir.ts';
import { backendsOf } from '../schemas/backends.ts';
import { type Target, targets } from '../schemas/targets.ts';
import type { System } from './doctor/system.ts';
import type { Environment } from './environment.ts';
import { libuvFolders } from './node_headers.ts';
import { sha256 } from './plan.ts';
import { whyNotStandalone } from './render.ts';
import { DiagnosticError, diagnostic } from './report/diagnostic.ts';
import { closest } from './report/suggest.ts';
import { findToolchain, type Here, missingToolchain, type Toolchain } from './toolchain.ts';

/** A target with what compiles it. */
export interface ChosenTarget {
  target: Target;
  toolchain: Toolchain;
}

/** What `compile` needs of a target. */
export interface TargetBuild {
  /** CMake's folder, relative to the output folder. */
  folder: string;
  /** Entries of CMake's cache, `NAME=value`. */
  entries: string[];
  /** Variables over those of the environment. */
  environment: Environment;
  /** The targets of CMake that are made. */
  goals: string[];
  /** The executable that is made besides, relative to the output folder; null: none. */
  executable: string | null;
}

/** What a build wants of every target. */
export interface TargetOptions {
  /** Link liburing and libstdc++ into the addon also where this machine has them. */
  isStatic: boolean;
  /** Take zig wherever it can. */
  prefersZig: boolean;
}

/** What is compiled for a target. */
export interface TargetProgram {
  ir: Ir;
  /** The output folder, absolute. */
  out: string;
  /** As in TargetOptions. */
  isStatic: boolean;
  /** The folder of uv.h; null when there is none. */
  libuv: string | null;
}

/** The target of a name. @throws DiagnosticError when there is none. */
function targetOf(name: string): Target {
  const found = targets.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = ['host', ...targets.map((each) => each.name)];
  const near = closest(name, known);
  const hint = `Use one of: ${known.join(', ')}`;
  const parts = near === undefined ? {} : { suggestion: near };
  throw new DiagnosticError([diagnostic('LOOM2001', { target: name, hint }, parts)]);
}

/**
 * The targets of a list, and what compiles each.
 *
 * @throws DiagnosticError for what is unknown or has no compiler here.
 */
export function chooseTargets(
  names: readonly string[],
  system: System,
  here: Here,
  options: TargetOptions,
): ChosenTarget[] {
  return [...new Set(names)].map((name) => {
    const target = targetOf(name);
    const { prefersZig } = options;
    const toolchain = findToolchain(target, system, here, prefersZig);
    if (toolchain !== null) return { target, toolchain };
    const holes = { target: name, ...missingToolchain(target, here, prefersZig) };
    throw new DiagnosticError([diagnostic('LOOM2031', holes)]);
  });
}

/** Above usr/, where a target's libraries are: LOOM_SYSROOT when it has them, else this system. */
function rootOf({ triple }: Target, { LOOM_SYSROOT = '' }: Environment): string {
  return existsSync(`${LOOM_SYSROOT}/usr/lib/${triple}`) ? LOOM_SYSROOT : '';
}

/** liburing.a and the folder above its headers. @throws DiagnosticError when it is not there. */
function liburingOf(target: Target, root: string): { archive: string; headers: string } {
  const archive = `${root}/usr/lib/${target.triple}/liburing.a`;
  const headers = `${root}/usr/include`;
  const missing = [archive, `${headers}/liburing.h`].find((each) => !existsSync(each));
  if (missing === undefined) return { archive, headers };
  const install = `sudo apt-get install -y liburing-dev:${target.debian}`;
  const add = `sudo dpkg --add-architecture ${target.debian} && sudo apt-get update`;
  const command = target.arch === process.arch ? install : `${add} && ${install}`;
  const looked = `${missing} is not there`;
  const holes = { library: 'liburing', target: target.name, looked, command };
  throw new DiagnosticError([diagnostic('LOOM2032', holes)]);
}

/** A script that runs some words with what it is given. */
function script(path: string, words: readonly string[]): string {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  writeFileSync(path, `#!/bin/sh\nexec ${quoted} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/**
 * zig's tools as programs of one word each. Their folder is named after zig's words: Ninja knows a
 * compiler by its path alone, and took what another one had compiled.
 */
function zigEntries(toolFolder: string, { compiler }: Toolchain): string[] {
  const folder = join(toolFolder, `zig-${sha256(JSON.stringify(compiler)).slice(0, 12)}`);
  mkdirSync(folder, { recursive: true });
  const zig = compiler.slice(0, compiler.indexOf('c++'));
  const tool = (name: string) => script(join(folder, name), [...zig, name]);
  return [
    `CMAKE_CXX_COMPILER=${script(join(folder, 'c++'), compiler)}`,
    `CMAKE_AR=${tool('ar')}`,
    `CMAKE_RANLIB=${tool('ranlib')}`,
    // CMake asks ar and not the compiler for these, by names that zig does not have.
    `CMAKE_CXX_COMPILER_AR=${join(folder, 'ar')}`,
    `CMAKE_CXX_COMPILER_RANLIB=${join(folder, 'ranlib')}`,
  ];
}

/**
 * What CMake looks for on a Mac and does not need here: a program that changes names in what it
 * installs, and Xcode's folder of headers, which zig brings.
 */
function darwinEntries(folder: string): string[] {
  const unused = script(join(folder, 'install_name_tool'), ['true']);
  return [`CMAKE_INSTALL_NAME_TOOL=${unused}`, 'CMAKE_OSX_SYSROOT='];
}

/**
 * MinGW's tools beside its compiler, whose name CMake does not take for a prefix of theirs, and the
 * files of its own system instead of this one's.
 */
function mingwEntries({ compiler: [path = ''] }: Toolchain): string[] {
  const tool = (name: string) => path.replace(/[cg]\+\+(?:-posix)?$/, name);
  const names = { AR: 'ar', RANLIB: 'ranlib', STRIP: 'strip', DLLTOOL: 'dlltool' };
  return Object.entries(names).map(([variable, name]) => `CMAKE_${variable}=${tool(name)}`);
}

/** Whether the program without Node is made as well: where no machine is at hand to make it on. */
function hasExecutable({ platform }: Target, ir: Ir): boolean {
  return platform !== 'linux' && whyNotStandalone(ir) === null;
}

/**
 * Stops when a target is of a platform that the config does not name.
 *
 * @throws DiagnosticError for the first such target.
 */
export function refuseUnnamed(chosen: readonly ChosenTarget[], { backends }: Ir): void {
  for (const { target } of chosen) {
    const { platform, name } = target;
    if (platform in backends) continue;
    const choices = backendsOf(platform)
      .map((backend) => `'${backend}'`)
      .join(', ');
    throw new DiagnosticError([diagnostic('LOOM2034', { target: name, platform, choices })]);
  }
}

/** Headers alone: others beside them belong to the C library of this machine. */
function linkHeaders(folder: string, from: string, names: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    rmSync(join(folder, name), { force: true });
    symlinkSync(join(from, name), join(folder, name));
  }
}

/** Where uv.h is. @throws DiagnosticError when it is nowhere. */
function libuvOf(target: Target, libuv: string | null): string {
  if (libuv !== null) return libuv;
  const looked = `there is no uv.h in ${libuvFolders.join(', ')}`;
  const command = 'sudo apt-get install -y libuv1-dev';
  const holes = { library: 'header of libuv', target: target.name, looked, command };
  throw new DiagnosticError([diagnostic('LOOM2032', holes)]);
}

/**
 * Prepares the build folder of a target.
 *
 * @throws DiagnosticError when a library of the target is missing.
 */
export function prepareTarget(
  { target, toolchain }: ChosenTarget,
  { ir, out, isStatic, libuv }: TargetProgram,
  environment: Environment,
): TargetBuild {
  const folder = `build/${target.name}`;
  const toolFolder = join(out, folder, 'tools');
  const usesRing = target.platform === 'linux' && ir.backends.linux.includes('io_uring');
  const isNative = toolchain.kind === 'native';
  const root = rootOf(target, environment);
  const entries = ['LOOM_PREBUILD=ON', `LOOM_STATIC_LIBSTDCXX=${isStatic || !isNative}`];
  const headerFolder = join(toolFolder, 'include');
  mkdirSync(toolFolder, { recursive: true });
  if (target.platform !== 'win32') {
    linkHeaders(headerFolder, libuvOf(target, libuv), ['uv.h', 'uv']);
    entries.push(`LOOM_LIBUV_INCLUDE=${headerFolder}`);
  }
  if (usesRing && (isStatic || !isNative)) {
    const { archive, headers } = liburingOf(target, isNative ? '' : root);
    entries.push(`LOOM_LIBURING_ARCHIVE=${archive}`);
    entries.push(`LOOM_LIBURING_INCLUDE=${headerFolder}`);
    linkHeaders(headerFolder, headers, ['liburing.h', 'liburing']);
  }
  const suffix = target.platform === 'win32' ? '.exe' : '';
  const executable = hasExecutable(target, ir) ? `${folder}/${ir.name}${suffix}` : null;
  const goals = [`${ir.name}_addon`, ...(executable === null ? [] : [ir.name])];
  const build = { folder, entries, environment: {}, goals, executable };
  if (isNative) return build;
  entries.push(`CMAKE_SYSTEM_NAME=${target.system}`, `CMAKE_SYSTEM_PROCESSOR=${target.processor}`);
  if (target.platform === 'darwin') entries.push(...darwinEntries(toolFolder));
  if (target.platform === 'win32') entries.push(...mingwEntries(toolchain));
  if (target.debian !== null) entries.push(`LOOM_PACKAGE_SUFFIX=:${target.debian}`);
  // Boost.Context of another processor need not be there; the own switch always is.
  if (ir.fibers?.context === 'fcontext') entries.push('LOOM_FIBER_CONTEXT=assembly');
  if (toolchain.kind === 'zig') entries.push(...zigEntries(toolFolder, toolchain));
  else entries.push(`CMAKE_CXX_COMPILER=${toolchain.compiler[0] ?? ''}`);
  const modules = `${root}/usr/lib/${target.triple}/pkgconfig`;
  const found = { PKG_CONFIG_LIBDIR: modules, PKG_CONFIG_SYSROOT_DIR: root };
  // CXX and the flags in the environment are for this machine.
  return { ...build, environment: { ...found, CXX: '', CXXFLAGS: '', LDFLAGS: '' } };
}
