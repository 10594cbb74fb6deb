#!/usr/bin/env node
/**
 * Starts loomgen: the bundle in dist/ when there is one that is not older than its sources, else
 * (in a checkout) the sources themselves through tsx.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

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

const bundled = bundleIsCurrent();
if (!bundled) {
  const { register } = await import('tsx/esm/api');
  register();
}
const { main } = await import(bundled ? '../dist/cli.js' : '../generator/cli.ts');
process.exitCode = await main(process.argv.slice(2));
