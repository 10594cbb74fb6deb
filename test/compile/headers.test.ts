/**
 * Each runtime header compiles alone under g++, and all of them together under clang, with every
 * warning an error: a user may include any of them first, and a user's own warnings must not come
 * from us. Alone under both would take twice as long and has found nothing more.
 */

import test from 'ava';
import { compile, listRuntimeHeaders, strictFlags } from './runtime_headers.ts';

const parameters = [...strictFlags, '-fsyntax-only', '-x', 'c++', '-'];
// All tests begin at once and wait for a compiler: each has the time of the suite.
const patience = 900_000;

for (const header of listRuntimeHeaders()) {
  test(`g++ compiles ${header} alone`, async (t) => {
    t.timeout(patience);
    const input = `#include <${header}>\n`;
    t.is(await compile({ command: 'g++', parameters, headers: [header], input }), '');
  });
}

test('clang++ compiles every header', async (t) => {
  t.timeout(patience);
  const headers = listRuntimeHeaders();
  const input = headers.map((header) => `#include <${header}>\n`).join('');
  t.is(await compile({ command: 'clang++', parameters, headers, input }), '');
});
