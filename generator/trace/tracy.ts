/**
 * Tracy as profiling builds want it: how it is installed, and where it is. CMake decides in
 * `templates/trace/cmake`; what is found here is what `loomgen doctor` tells.
 */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Environment } from '../environment.ts';

/** What Tracy has to be built with; the list of templates/trace/cmake. */
const options = [
  'TRACY_ON_DEMAND',
  'TRACY_FIBERS',
  'TRACY_ONLY_LOCALHOST',
  'TRACY_NO_BROADCAST',
] as const;

/** The protocol of Tracy 0.13, the oldest that will do. An installed Tracy tells its protocol and
 * not its version. */
const oldestProtocol = 76;

/** The commands that install Tracy's client below `~/.local/tracy`. */
export const tracyCommands = [
  'git clone --depth 1 --branch v0.13.1 https://github.com/wolfpld/tracy tracy',
  'cmake -S tracy -B tracy/build -DCMAKE_BUILD_TYPE=Release \\',
  '  -DCMAKE_POSITION_INDEPENDENT_CODE=ON \\',
  `  ${options.map((option) => `-D${option}=ON`).join(' ')} \\`,
  '  -DCMAKE_INSTALL_PREFIX=$HOME/.local/tracy',
  'cmake --build tracy/build --target install',
  'export Tracy_ROOT=$HOME/.local/tracy',
].join('\n');

/** An installation of Tracy's client. */
export interface TracyFound {
  /** The folder of TracyConfig.cmake. */
  folder: string;
  /** The protocol that it speaks; 0 when it does not say. */
  protocol: number;
  /** What keeps a profiling build from using it; null: nothing. */
  problem: string | null;
}

/** Where CMake looks, in its order, as far as it matters here. */
function prefixes(environment: Environment): string[] {
  const named = [environment.Tracy_ROOT, environment.CMAKE_PREFIX_PATH].flatMap((paths) =>
    (paths ?? '').split(delimiter),
  );
  const programs = (environment.PATH ?? '').split(delimiter).map((folder) => dirname(folder));
  return [...named, ...programs, '/usr/local', '/usr'].filter((prefix) => prefix !== '');
}

/** The text of a file; null when it cannot be read. */
type Read = (path: string) => string | null;

const readText: Read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** The protocol of the client below a prefix, from its header. */
function protocolOf(prefix: string, read: Read): number {
  const header = read(join(prefix, 'include/tracy/common/TracyProtocol.hpp')) ?? '';
  return Number(/ProtocolVersion = (\d+)/.exec(header)?.[1] ?? 0);
}

/** What is wrong with an installation; null: nothing. */
function problemOf(folder: string, protocol: number, read: Read): string | null {
  if (protocol < oldestProtocol) return `older than 0.13, whose protocol is ${oldestProtocol}`;
  const text = read(join(folder, 'TracyTargets.cmake')) ?? '';
  const lacks = options.filter((option) => !new RegExp(`\\b${option}\\b`).test(text));
  return lacks.length === 0 ? null : `built without ${lacks.join(', ')}`;
}

/**
 * Looks for Tracy's client where CMake would.
 *
 * @param environment whose Tracy_ROOT, CMAKE_PREFIX_PATH and PATH count, usually `process.env`.
 * @param read how files are read, where that is not this machine.
 * @returns null when there is none.
 */
export function findTracy(environment: Environment, read: Read = readText): TracyFound | null {
  for (const prefix of prefixes(environment)) {
    for (const library of ['lib', 'lib64', 'lib/x86_64-linux-gnu', 'share']) {
      const folder = join(prefix, library, 'cmake/Tracy');
      if (read(join(folder, 'TracyConfig.cmake')) === null) continue;
      const protocol = protocolOf(prefix, read);
      return { folder, protocol, problem: problemOf(folder, protocol, read) };
    }
  }
  return null;
}
