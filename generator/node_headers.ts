/**
 * Where the headers of Node-API are: packages beside loomgen, found as Node finds packages. Those
 * of libuv, which no package has, come with Node itself, or from the system.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageRoot } from './package_root.ts';

/** The folders of napi.h, node_api.h and uv.h, absolute. */
export interface NodeHeaders {
  addonApi: string;
  apiHeaders: string;
  /** null when nobody has it. */
  libuv: string | null;
}

/** Where uv.h may be: beside this Node, then where compilers look by themselves. */
export const libuvFolders: readonly string[] = [
  join(dirname(process.execPath), '..', 'include', 'node'),
  '/usr/include',
  '/usr/local/include',
];

/** The folders as this installation has them; null without them. */
export function nodeHeaders(): NodeHeaders | null {
  const require = createRequire(join(packageRoot(), 'package.json'));
  try {
    return {
      addonApi: dirname(require.resolve('node-addon-api/package.json')),
      apiHeaders: join(dirname(require.resolve('node-api-headers/package.json')), 'include'),
      libuv: libuvFolders.find((folder) => existsSync(join(folder, 'uv.h'))) ?? null,
    };
  } catch {
    return null;
  }
}
