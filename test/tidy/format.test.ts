/**
 * C++ written here is laid out by clang-format 15, the pinned one. `npm run format` mends it.
 */

import { spawnSync } from 'node:child_process';
import test from 'ava';
import { isCxx, root, sources } from './sources.ts';

test('clang-format would change nothing in the C++ written here', (t) => {
  const files = sources.filter(isCxx).map(({ path }) => path);
  t.true(files.length > 0);
  const { status, stderr } = spawnSync(
    process.execPath,
    ['node_modules/clang-format/index.js', '--dry-run', '--Werror', ...files],
    { cwd: root, encoding: 'utf8' },
  );
  const places = stderr.matchAll(/^(\S+?):(\d+):.*clang-format-violations/gm);
  const first = new Map([...places].map(([, file, line]) => [file, line] as const).reverse());
  t.deepEqual(
    [...first].map(([file, line]) => `${file}:${line}: the first line laid out otherwise`).sort(),
    [],
  );
  t.is(status, 0, stderr);
});
