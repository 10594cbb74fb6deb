// @ts-check
// The bundled command line in dist/: made when absent or older than what goes into it. Without it
// loomgen would start from its sources, which takes three times as long.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, runVisibly } from './talk.mjs';

/** What goes into the bundle, besides node_modules, which package-lock.json stands for. */
const ingredients = ['generator', 'schemas', 'setup/bundle.mjs', 'package-lock.json'];

/**
 * When the newest file of a folder, or a file, was changed.
 * @param {string} path
 * @returns {number} milliseconds; 0 when there is none
 */
function newest(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory()) return status?.mtimeMs ?? 0;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/**
 * Bundles when necessary.
 * @param {string} root the repository's folder
 * @throws {Refusal} when bundling fails
 */
export async function ensureBundle(root) {
  const made = newest(join(root, 'dist', 'cli.js'));
  if (ingredients.every((path) => newest(join(root, path)) < made)) return;
  const script = join(root, 'setup', 'bundle.mjs');
  if ((await runVisibly('bundling loomgen', process.execPath, [script])) !== 0) {
    throw new Refusal(
      'bundling failed (above is what it said). Mend that and type:\n  npm run bundle',
    );
  }
}
