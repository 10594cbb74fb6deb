/** Which compiler makes a target's machine code here: this machine's, a cross compiler, or zig. */
import { type Target, zigGlibc } from '../schemas/targets.ts';
import type { System } from './doctor/system.ts';
import { findToolIn, furtherWords, tools } from './tools.ts';

/** A C++ compiler for one target. */
export interface Toolchain {
  kind: 'native' | 'cross' | 'zig';
  /** The words that it is started with, its path first. */
  compiler: readonly string[];
  /** The glibc that it was told to link for; null: the one whose files it finds. */
  glibc: string | null;
}

/** Below a home folder: the environment of Python that zig is installed into, and looked for. */
const zigFolder = '.local/share/loomgen/zig';

/** What installs zig from PyPI where pip itself may not: Debian's leaves its own Python alone. */
export const zigCommand = [
  `python3 -m venv ~/${zigFolder}`,
  `~/${zigFolder}/bin/pip install ziglang`,
].join(' && ');

/** The same as words, without a shell; none where there is no home or no Python. */
export function zigSteps({ find, environment }: Pick<System, 'find' | 'environment'>): string[][] {
  const { HOME = '' } = environment;
  const python = find('python3');
  if (HOME === '' || python === undefined) return [];
  const folder = `${HOME}/${zigFolder}`;
  return [
    [python, '-m', 'venv', folder],
    [`${folder}/bin/pip`, 'install', 'ziglang'],
  ];
}

/** zig, under its own name and those of PyPI; its words, or null when there is none. */
export function findZig({ find, run, environment }: System): string[] | null {
  const own = find('zig') ?? find('python-zig');
  if (own !== undefined) return [own];
  const { HOME = '' } = environment;
  const installed = HOME === '' ? undefined : find(`${HOME}/${zigFolder}/bin/python-zig`);
  if (installed !== undefined) return [installed];
  // What pip installs where its scripts are not in PATH.
  const python = find('python3');
  if (python === undefined) return null;
  const words = ['-m', 'ziglang'];
  return run(python, [...words, 'version']).status === 0 ? [python, ...words] : null;
}

/** This machine, as far as it tells targets apart. */
export interface Here {
  platform: string;
  arch: string;
  /** `musl`, `glibc 2.36`, or null where there is no choice. */
  library: string | null;
}

/** Whether a target is the machine that builds. */
export function isHere({ platform, arch, library }: Target, here: Here): boolean {
  const isLibrary = library === null || (library === 'musl') === (here.library === 'musl');
  return platform === here.platform && arch === here.arch && isLibrary;
}

/** The compiler of this machine. */
function native(system: System): Toolchain | null {
  const tool = tools.find(({ variable }) => variable === 'CXX');
  const path = tool && findToolIn(tool, system);
  if (tool === undefined || path === undefined) return null;
  const compiler = [path, ...furtherWords(tool, system.environment)];
  return { kind: 'native', compiler, glibc: null };
}

/**
 * The compiler for a target.
 *
 * @param prefersZig takes zig for every target that it can make, for its older glibc.
 * @returns null when there is none.
 */
export function findToolchain(
  target: Target,
  system: System,
  here: Here,
  prefersZig: boolean,
): Toolchain | null {
  const zig = (): Toolchain | null => {
    const words = target.zig === null ? null : findZig(system);
    if (words === null || target.zig === null) return null;
    const glibc = target.library === 'glibc' ? zigGlibc : null;
    return { kind: 'zig', compiler: [...words, 'c++', '-target', target.zig], glibc };
  };
  if (prefersZig && target.zig !== null) return zig();
  if (isHere(target, here)) return native(system) ?? zig();
  const path = target.cross === null ? undefined : system.find(target.cross.program);
  return path === undefined ? zig() : { kind: 'cross', compiler: [path], glibc: null };
}

/** What was looked for in vain, and what to type for it. */
export function missingToolchain(
  target: Target,
  here: Here,
  prefersZig: boolean,
): { tried: string; command: string } {
  const zig = target.zig === null ? [] : [{ tried: 'zig', command: zigCommand }];
  if (prefersZig && target.zig !== null) return { tried: 'zig', command: zigCommand };
  const own = isHere(target, here);
  const install = 'sudo apt-get install -y';
  const first = own
    ? [{ tried: 'c++', command: `${install} g++` }]
    : target.cross === null
      ? []
      : [{ tried: target.cross.program, command: `${install} ${target.cross.package}` }];
  const all = [...first, ...zig];
  return {
    tried: all.map(({ tried }) => tried).join(', '),
    command: all.map(({ command }) => command).join(' - or: '),
  };
}
