/**
 * zig's C++ compiler, which brings headers and libraries of Darwin and FreeBSD: found below .cache,
 * where LOOM_INSTALL_ZIG=1 has it installed from PyPI.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../.cache/zig', import.meta.url));
const program = join(folder, 'site/ziglang/zig');

/** The version that was tried; 90 MB to download. */
const version = '0.17.1';

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

/** Where zig keeps what it has compiled. */
export const zigEnvironment = {
  ZIG_GLOBAL_CACHE_DIR: join(folder, 'global'),
  ZIG_LOCAL_CACHE_DIR: join(folder, 'local'),
};
