/**
 * Each runtime header compiles alone under clang, and all of them together under g++, with every
 * warning an error: a user may include any of them first, and a user's own warnings must not come
 * from us. Alone under both would take more than twice as long and has found nothing more; clang
 * reads a header in two thirds of g++'s time.
 */

import test from 'ava';
import { compile, listRuntimeHeaders, strictFlags } from './runtime_headers.ts';

const parameters = [...strictFlags, '-fsyntax-only', '-x', 'c++', '-'];
// All tests begin at once and wait for a compiler: each has the time of the suite.
const patience = 900_000;

/** Of all suites together this one tests a quarter; named, `npm test -- --only compile`, all. */
const alone = listRuntimeHeaders().filter((_, index) => {
  return process.env.LOOM_TEST_BOUNDED === undefined || index % 4 === 0;
});

for (const header of alone) {
  test(`clang++ compiles ${header} alone`, async (t) => {
    t.timeout(patience);
    const input = `#include <${header}>\n`;
    t.is(await compile({ command: 'clang++', parameters, headers: [header], input }), '');
  });
}

test('g++ compiles every header', async (t) => {
  t.timeout(patience);
  const headers = listRuntimeHeaders();
  const input = headers.map((header) => `#include <${header}>\n`).join('');
  t.is(await compile({ command: 'g++', parameters, headers, input }), '');
});
