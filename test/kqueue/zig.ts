/**
 * zig's C++ compiler, which brings headers and libraries of Darwin and FreeBSD: found below .cache,
 * where LOOM_INSTALL_ZIG=1 has it installed from PyPI.
 */

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const folder = fileURLToPath(new URL('../../.cache/zig', import.meta.url));
const program = join(folder, 'site/ziglang/zig');

/** The version that was tried; 90 MB to download. */
const version = '0.15.2';

/** Installs zig where that was asked for and it is missing. @returns its path, or null */
function findZig(): string | null {
  if (!existsSync(program) && process.env.LOOM_INSTALL_ZIG === '1') {
    mkdirSync(folder, { recursive: true });
    const place = ['--quiet', '--target', join(folder, 'site')];
    spawnSync('python3', ['-m', 'pip', 'install', ...place, `ziglang==${version}`]);
  }
  return existsSync(program) ? program : null;
}

/** zig, or null where it is not. */
export const zig = findZig();

/** Compiles C++ for a target, as zig names it. @throws {Error} with what the compiler said */
export async function compileFor(target: string, parameters: readonly string[]): Promise<void> {
  if (zig === null) throw new Error('zig is not here');
  const environment = {
    ZIG_GLOBAL_CACHE_DIR: join(folder, 'global'),
    ZIG_LOCAL_CACHE_DIR: join(folder, 'local'),
  };
  await run(zig, ['c++', '-target', target, ...parameters], {
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 26,
  });
}
