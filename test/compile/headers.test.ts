/**
 * Each runtime header compiles alone, under both compilers, with every warning an error: a user may
 * include any of them first, and a user's own warnings must not come from us.
 */

import test from 'ava';
import { compile, listRuntimeHeaders, strictFlags } from './runtime_headers.ts';

for (const compiler of ['g++', 'clang++']) {
  for (const header of listRuntimeHeaders()) {
    test(`${compiler} compiles ${header} alone`, async (t) => {
      t.timeout(120_000);
      const complaint = await compile({
        command: compiler,
        parameters: [...strictFlags, '-fsyntax-only', '-x', 'c++', '-'],
        headers: [header],
        input: `#include <${header}>\n`,
      });
      t.is(complaint, '');
    });
  }
}
