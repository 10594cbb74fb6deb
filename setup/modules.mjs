// @ts-check
// node_modules: is it what package-lock.json says? npm leaves a lock file of its own inside
// node_modules; comparing the two answers in a few milliseconds, without starting npm.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, runVisibly } from './talk.mjs';

/**
 * @typedef {object} LockEntry one package in a lock file
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 */

/**
 * Reads the packages of a lock file.
 * @param {string} file
 * @returns {Record<string, LockEntry> | undefined} by folder; undefined when unreadable
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Does node_modules hold what package-lock.json asks for?
 * @param {string} root folder of package-lock.json
 * @returns {boolean} optional packages (other platforms' binaries) may be absent, never different
 */
export function modulesMatch(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([folder, entry]) => {
    if (folder === '') return true;
    const present = installed[folder];
    if (!present) return entry.optional === true || entry.devOptional === true;
    return (
      present.version === entry.version &&
      present.integrity === entry.integrity &&
      existsSync(join(root, folder, 'package.json'))
    );
  });
}

/**
 * Installs node_modules when absent or different.
 * @param {string} root
 * @throws {Refusal} when npm fails
 */
export async function ensureModules(root) {
  if (modulesMatch(root)) return;
  // The dev dependencies are needed even where NODE_ENV says production; no package here needs its
  // install script.
  const parameters = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  // Under `npm run`, the npm that was typed is named in the environment: use the same one.
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : null;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const code = await runVisibly(
    'installing node_modules (npm ci)',
    command,
    [...first, ...parameters],
    {
      cwd: root,
    },
  );
  if (code !== 0) {
    throw new Refusal(
      `npm ci failed (above is what it said). Mend that and type:\n  npm ${parameters.join(' ')}`,
    );
  }
}
