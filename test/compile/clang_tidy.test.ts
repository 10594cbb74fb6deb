/**
 * clang-tidy over the runtime, with the checks of .clang-tidy, every finding an error. Each header
 * is analysed as if it were the source file: the analyser does not enter functions of included
 * headers, and a finding is reported once, for the header that it is in.
 */

import test from 'ava';
import { compile, listRuntimeHeaders, strictFlags } from './runtime_headers.ts';

const asSource = ['-x', 'c++', '-Wno-pragma-once-outside-header'];

for (const header of listRuntimeHeaders()) {
  test(`clang-tidy finds nothing in ${header}`, async (t) => {
    t.timeout(300_000);
    const source = `templates/runtime/${header}`;
    const complaint = await compile({
      command: 'clang-tidy',
      parameters: ['--quiet', '--header-filter=^$', source, '--', ...asSource, ...strictFlags],
      headers: [header],
      decidedBy: ['.clang-tidy'],
    });
    t.is(complaint, '');
  });
}
