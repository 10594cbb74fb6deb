/** Builds with CMake into build/bench, below a lock: tests and a benchmark may build at once. */

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The benchmark's folder. */
export const here = fileURLToPath(new URL('.', import.meta.url));

/** Where everything is built. */
export const buildFolder = fileURLToPath(new URL('../../build/bench', import.meta.url));

/**
 * Builds one target of a CMake project, unless it is up to date.
 * @param folder the build's, below build/bench; builds of other folders go on at the same time
 * @returns the executable's path
 * @throws {Error} with the end of what the compiler said
 */
export async function compile(
  source: string,
  folder: string,
  target: string,
  definitions: readonly string[] = [],
): Promise<string> {
  const out = join(buildFolder, folder);
  mkdirSync(out, { recursive: true });
  const locked = ['-x', join(out, '.lock'), 'nice'];
  const configure = ['cmake', '-G', 'Ninja', '-S', source, '-B', out, ...definitions];
  const build = ['cmake', '--build', out, '--target', target];
  try {
    await run('flock', [...locked, ...configure], { maxBuffer: 2 ** 26 });
    await run('flock', [...locked, ...build], { maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-12).join('\n');
    throw new Error(`${folder} does not compile: ${said || String(error)}`);
  }
  return join(out, target);
}

/** Builds the load generator. @returns its path */
export function buildLoad(): Promise<string> {
  return compile(here, 'load', 'load');
}
