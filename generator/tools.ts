/**
 * The programs that compiling needs, found in PATH as a shell would. `compile` stops at the first
 * that is missing, `doctor` lists them all; both name what to type.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Environment } from './environment.ts';

/** A program that `compile` runs, directly or through CMake. */
export interface Tool {
  /** What people call it. */
  name: 'C++ compiler' | 'cmake' | 'ninja' | 'pkg-config' | 'ccache';
  /** Names it may have in PATH, in order of preference. */
  programs: readonly string[];
  /** Debian's package. */
  package: string;
  /** What it is for, in a few words. */
  purpose: string;
  /** Whether `compile` works without it. */
  optional: boolean;
  /** The only platform that asks for it, where not all do. */
  platform?: 'linux';
  /** The environment variable that names another one; it wins over PATH. */
  variable?: string;
  /** The oldest version that works, where one number tells. */
  minimum?: string;
}

/** Every tool of a build with `compile`, in the order in which they are asked for. */
export const tools: readonly Tool[] = [
  {
    name: 'C++ compiler',
    programs: ['c++', 'g++', 'clang++'],
    package: 'g++',
    purpose: 'compiles the reactors (g++ 12 or clang++ 14 and newer)',
    optional: false,
    variable: 'CXX',
  },
  {
    name: 'cmake',
    programs: ['cmake'],
    package: 'cmake',
    purpose: 'configures the build (3.25 and newer)',
    optional: false,
    minimum: '3.25',
  },
  {
    name: 'ninja',
    programs: ['ninja', 'ninja-build'],
    package: 'ninja-build',
    purpose: 'runs the build',
    optional: false,
  },
  {
    name: 'pkg-config',
    programs: ['pkg-config', 'pkgconf'],
    package: 'pkg-config',
    purpose: 'finds liburing and your own libraries',
    optional: false,
    platform: 'linux',
  },
  {
    name: 'ccache',
    programs: ['ccache'],
    package: 'ccache',
    purpose: 'remembers what was compiled before',
    optional: true,
  },
];

/** The tools of a build on a platform, as `process.platform` has it. */
export function toolsOn(platform: string): Tool[] {
  return tools.filter((tool) => tool.platform === undefined || tool.platform === platform);
}

/**
 * Where a tool is.
 *
 * @param environment the environment whose PATH counts, usually `process.env`.
 * @returns its absolute path, or undefined when it is not installed.
 */
export function findTool(tool: Tool, environment: Environment): string | undefined {
  return findToolIn(tool, { environment, find: (program) => findProgram(program, environment) });
}

/**
 * Where a tool is on some machine.
 *
 * @param machine its environment, and how it finds a program.
 */
export function findToolIn(
  tool: Tool,
  machine: { environment: Environment; find: (program: string) => string | undefined },
): string | undefined {
  const { environment, find } = machine;
  const chosen = tool.variable === undefined ? undefined : environment[tool.variable];
  const programs =
    chosen === undefined || chosen === '' ? tool.programs : wordsOf(chosen).slice(0, 1);
  for (const program of programs) {
    const path = find(program);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** `CXX` may be more than a program: `ccache g++`, `clang++ -stdlib=libc++`. */
function wordsOf(command: string): string[] {
  return command.trim().split(/\s+/);
}

/** What the environment has a tool called with before its own parameters. */
export function furtherWords({ variable }: Tool, environment: Environment): string[] {
  const chosen = variable === undefined ? undefined : environment[variable];
  return wordsOf(chosen ?? '').slice(1);
}

/** Looks a program up in PATH, or takes it as a path when it has a slash. */
export function findProgram(program: string, environment: Environment): string | undefined {
  if (program.includes('/')) return isProgram(program) ? program : undefined;
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (folder !== '' && isProgram(path)) return path;
  }
  return undefined;
}

/** Whether a path is a file that may be executed. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
