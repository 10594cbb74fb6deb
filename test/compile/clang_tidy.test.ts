/**
 * clang-tidy over the runtime, with the checks of .clang-tidy, every finding an error. Two runs,
 * each over one source that includes a group of headers: a run for every header would analyse the
 * same code forty times. The analyser does not enter functions of included headers unless told.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { compile, listRuntimeHeaders, root, strictFlags } from './runtime_headers.ts';

/** The analyser takes two thirds of the time; named, `npm test -- --only compile`, it runs. */
const isBounded = process.env.LOOM_TEST_BOUNDED !== undefined;

const folder = join(root, '.cache/tidy');
const isAddon = (header: string): boolean => header.startsWith('loom/node/');
const headers = listRuntimeHeaders();

const groups = [
  { name: 'core', group: headers.filter((header) => !isAddon(header)), filter: 'loom/' },
  { name: 'addon', group: headers.filter(isAddon), filter: 'loom/node/' },
];

for (const { name, group, filter } of groups) {
  test(`clang-tidy finds nothing in the ${name} headers`, async (t) => {
    t.timeout(900_000);
    t.true(group.length > 0, 'no header in this group');
    mkdirSync(folder, { recursive: true });
    const source = join(folder, `${name}.cpp`);
    writeFileSync(source, group.map((header) => `#include <${header}>\n`).join(''));
    const complaint = await compile({
      command: 'clang-tidy',
      parameters: [
        '--quiet',
        `--config-file=${join(root, '.clang-tidy')}`,
        `--header-filter=templates/runtime/${filter}`,
        ...(isBounded ? ['--checks=-clang-analyzer-*'] : []),
        source,
        '--',
        ...strictFlags,
        ...(isBounded ? [] : ['-Xclang', '-analyzer-opt-analyze-headers']),
      ],
      headers: group,
      decidedBy: ['.clang-tidy'],
    });
    t.is(complaint, '');
  });
}
