#!/usr/bin/env node
/**
 * Starts loomgen: the bundle in dist/ when there is one that is not older than its sources, else
 * (in a checkout) the sources themselves through tsx. CommonJS (package.json beside this says so):
 * it starts sooner, and what it starts first is a small part of loomgen that often suffices.
 */
const { existsSync, readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');

/** When the newest file below a folder was changed, in milliseconds. */
function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    time = Math.max(time, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return time;
}

/** Whether dist/ can be used. An installed package has no sources to compare it with. */
function bundleIsCurrent() {
  const bundle = join(root, 'dist', 'cli.js');
  if (!existsSync(bundle)) return false;
  if (!existsSync(join(root, 'generator', 'cli.ts'))) return true;
  const time = statSync(bundle).mtimeMs;
  return newest(join(root, 'generator')) <= time && newest(join(root, 'schemas')) <= time;
}

/** Runs the bundle; gives the exit code. */
async function runBundle(words) {
  const { quick } = require('../dist/quick.cjs');
  const exitCode = await quick(words);
  if (exitCode !== null) return exitCode;
  const { main } = await import('../dist/cli.js');
  return main(words);
}

/** Runs the sources; gives the exit code. */
async function runSources(words) {
  const { register } = await import('tsx/esm/api');
  register();
  const { quick } = await import('../generator/quick.ts');
  const exitCode = await quick(words);
  if (exitCode !== null) return exitCode;
  const { main } = await import('../generator/cli.ts');
  return main(words);
}

/** Runs what was typed. */
async function run() {
  const words = process.argv.slice(2);
  process.exitCode = await (bundleIsCurrent() ? runBundle(words) : runSources(words));
}

/** Reports what kept loomgen from starting, where nothing of it can do so. */
function reportNoStart(error) {
  const details = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    `error LOOM9001: loomgen could not start\n  why: ${error?.message ?? error}\n` +
      '  fix: Run it in a folder that exists; if it fails there too, install it again.\n\n' +
      `${details}\n`,
  );
  process.exitCode = 1;
}

run().catch(reportNoStart);
