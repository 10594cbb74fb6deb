/**
 * Where loomgen itself is installed. The same code runs from `generator/` in a checkout and from
 * `dist/` when bundled, so the folder is found by walking up to loomgen's own package.json.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/**
 * The folder that holds loomgen's package.json, templates and schemas.
 *
 * @returns an absolute path.
 * @throws when the installation has no package.json named loomgen above this file.
 */
export function packageRoot(): string {
  if (found !== undefined) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'package.json');
    if (existsSync(candidate)) {
      const description: unknown = JSON.parse(readFileSync(candidate, 'utf8'));
      if ((description as { name?: unknown }).name === 'loomgen') {
        found = folder;
        return folder;
      }
    }
    const parent = dirname(folder);
    if (parent === folder) throw new Error('loomgen is not inside its own package folder');
    folder = parent;
  }
}
