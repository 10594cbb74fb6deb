/** Where the headers of Node-API are: packages beside loomgen, found as Node finds packages. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageRoot } from './package_root.ts';

/** The folders of napi.h and node_api.h, absolute. */
export interface NodeHeaders {
  addonApi: string;
  apiHeaders: string;
}

/** The folders as this installation has them; null without them. */
export function nodeHeaders(): NodeHeaders | null {
  const require = createRequire(join(packageRoot(), 'package.json'));
  try {
    return {
      addonApi: dirname(require.resolve('node-addon-api/package.json')),
      apiHeaders: join(dirname(require.resolve('node-api-headers/package.json')), 'include'),
    };
  } catch {
    return null;
  }
}
