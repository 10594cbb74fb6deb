/**
 * Where a workflow makes each target of a program: a machine of GitHub, a container of Debian 12 on
 * one, zig in that container, or nowhere.
 */
import { type Target, targets } from '../schemas/targets.ts';

/** What a workflow is written for. */
export interface CiProgram {
  /** The program's name. */
  name: string;
  /** The config and the output folder, relative to the repository, with slashes. */
  config: string;
  out: string;
  /** Platforms that the program is for. */
  platforms: readonly string[];
  /** What differs in loomgen's own repository; elsewhere loomgen is in node_modules. */
  own?: OwnWorkflow;
}

/** How a workflow of loomgen's own repository differs from those of its users. */
export interface OwnWorkflow {
  /** The first line, which says who wrote it and how it is written again. */
  banner: string;
  /** How loomgen is called, in place of `npx loomgen`. */
  loomgen: string;
  /** Commands after `npm ci`. */
  prepare: readonly string[];
  /** The command that runs the tests. */
  test: string;
  /** What Docker is told besides; its filter of system calls forbids io_uring. */
  containerOptions: string;
  /** Longest time of one machine. */
  minutes: number;
}

/** Whose workflows can be written. */
export type CiHost = 'github' | 'gitlab';

/** Machines of GitHub that are the target themselves, by name. */
export const githubRunners: Readonly<Record<string, string>> = {
  'linux-x64': 'ubuntu-24.04',
  'linux-arm64': 'ubuntu-24.04-arm',
  'darwin-arm64': 'macos-15',
  'darwin-x64': 'macos-15-intel',
};

/** The machine of GitHub that loads what was compiled for Windows elsewhere. */
export const windowsRunner = 'windows-2025';

/** Where everything for Linux is made: its glibc 2.36 is the oldest with a liburing to link. */
export const image = 'node:22-bookworm';

/** What a build needs that the image has not; python3-venv is zig's. */
export const debianPackages: readonly string[] = [
  ...['cmake', 'g++', 'libboost-context-dev', 'liburing-dev', 'libuv1-dev', 'ninja-build'],
  ...['pkg-config', 'python3-venv'],
];

/** Longest command of an installation: with what YAML has before it 100 columns. */
const maximumCommandCharacters = 87;

/** Installs packages in the container, where everybody is root. */
export function installInContainer(packages: readonly string[]): string[] {
  const install = 'apt-get install -y --no-install-recommends';
  const commands = ['apt-get update'];
  let last = install;
  for (const name of packages) {
    if (last.length + 1 + name.length > maximumCommandCharacters) {
      commands.push(last);
      last = install;
    }
    last += ` ${name}`;
  }
  return [...commands, last];
}

/**
 * Targets of a program, by what makes them: a machine of GitHub, MinGW or zig in the container,
 * nothing.
 */
export function placesOf({
  platforms,
}: CiProgram): Record<'linux' | 'elsewhere' | 'byMingw' | 'byZig' | 'none', Target[]> {
  const built = targets.filter((target) => platforms.includes(target.platform));
  const hasRunner = built.filter(({ name }) => githubRunners[name] !== undefined);
  const others = built.filter(({ name }) => githubRunners[name] === undefined);
  return {
    linux: hasRunner.filter(({ platform }) => platform === 'linux'),
    elsewhere: hasRunner.filter(({ platform }) => platform !== 'linux'),
    byMingw: others.filter(({ platform }) => platform === 'win32'),
    byZig: others.filter(({ platform }) => platform !== 'linux' && platform !== 'win32'),
    // Those for musl: nothing in a workflow could load them.
    none: others.filter(({ platform }) => platform === 'linux'),
  };
}

/** Targets that a workflow does not make, though the program is for their platform. */
export function leftOut(host: CiHost, program: CiProgram): string[] {
  const { linux, elsewhere, byMingw, byZig, none } = placesOf(program);
  const missing = host === 'github' ? none : [...none, ...elsewhere, ...byMingw, ...byZig];
  return [...linux, ...elsewhere, ...byMingw, ...byZig, ...none]
    .filter((target) => missing.includes(target))
    .map(({ name }) => name);
}
