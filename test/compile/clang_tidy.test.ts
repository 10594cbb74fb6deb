/**
 * clang-tidy over the runtime, with the checks of .clang-tidy, every finding an error. It looks at
 * the runtime in two bounded runs, one source that includes every header of the core and one for
 * the addon, because a run for each header would analyse the same code thirty times.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { compile, listRuntimeHeaders, root, strictFlags } from './runtime_headers.ts';

const folder = join(root, '.cache/tidy');

const headers = listRuntimeHeaders();
const addon = headers.filter((header) => header.startsWith('loom/node/'));
const groups = {
  core: headers.filter((header) => !addon.includes(header)),
  addon,
};

for (const [name, group] of Object.entries(groups)) {
  test(`clang-tidy finds nothing in the ${name} headers`, async (t) => {
    t.timeout(300_000);
    t.true(group.length > 0, 'no header in this group');
    mkdirSync(folder, { recursive: true });
    const source = join(folder, `${name}.cpp`);
    writeFileSync(source, group.map((header) => `#include <${header}>\n`).join(''));
    const complaint = await compile({
      command: 'clang-tidy',
      parameters: [
        '--quiet',
        `--config-file=${join(root, '.clang-tidy')}`,
        source,
        '--',
        ...strictFlags,
      ],
      headers: group,
      decidedBy: ['.clang-tidy'],
    });
    t.is(complaint, '');
  });
}
