/**
 * The aggregator's counting, on what the runners really print, and its promise that a suite which
 * ran nothing is not green.
 */

import test from 'ava';
import {
  countAva,
  countCtest,
  countOneCheck,
  cpuSecondsOf,
  failedNames,
  judge,
  skippedNames,
  summarise,
} from '../count.ts';

test('ava: all passed, with some skipped', (t) => {
  const output = '  ✔ a\n  - [skip] b\n  ─\n\n  41 tests passed\n  2 tests skipped\n';
  t.deepEqual(countAva({ output, ok: true }), { passed: 41, failed: 0, skipped: 2 });
});

test('ava: with failures its summary leaves out what passed', (t) => {
  const output =
    '\n  ✔ a\n  ✔ b (1s)\n  ✘ [fail]: c\n  ─\n\n  1 test failed\n  1 uncaught exception\n';
  t.deepEqual(countAva({ output, ok: false }), { passed: 2, failed: 2, skipped: 0 });
});

test('ctest: skipped tests are not counted as passed', (t) => {
  const output = `100% tests passed, 0 tests failed out of 7

Total Test time (real) =   0.10 sec

The following tests did not run:
\t  3 - uring_test.Ring.Refused (Skipped)
`;
  t.deepEqual(countCtest({ output, ok: true }), { passed: 6, failed: 0, skipped: 1 });
});

test('ctest: failures', (t) => {
  const output = '50% tests passed, 1 tests failed out of 2\n';
  t.deepEqual(countCtest({ output, ok: false }), { passed: 1, failed: 1, skipped: 0 });
});

test('skipped tests are named, with the file ava puts before them', (t) => {
  const ava = '  ✔ a\n  - [skip] code › b: no mmap (strace)\n  - [todo] c\n\n  2 tests skipped\n';
  t.deepEqual(skippedNames({ output: ava, ok: true }), ['code › b: no mmap (strace)', 'c']);
  const ctest = 'did not run:\n\t  3 - uring_test.Ring.Refused (Skipped)\n\t 12 - x (Disabled)\n';
  t.deepEqual(skippedNames({ output: ctest, ok: true }), ['uring_test.Ring.Refused', 'x']);
});

test('failed tests are named', (t) => {
  const ava = '  ✔ a\n  ✘ [fail]: code › b (slow) (1.2s)\n  ✘ [fail]: c\n  - [skip] d\n';
  t.deepEqual(failedNames({ output: ava, ok: false }), ['code › b (slow)', 'c']);
  const ctest = 'FAILED:\n\t424 - x_test.Y.Z (Failed)\n\t  5 - w (Timeout)\n\t 6 - s (Skipped)\n';
  t.deepEqual(failedNames({ output: ctest, ok: false }), ['x_test.Y.Z', 'w']);
});

test('what cannot be read counts as no test', (t) => {
  const nothing = { passed: 0, failed: 0, skipped: 0 };
  t.deepEqual(countAva({ output: 'no tests found', ok: true }), nothing);
  t.deepEqual(countCtest({ output: 'No tests were found!!!', ok: true }), nothing);
});

test('a single check holds when it exits with 0', (t) => {
  t.is(countOneCheck({ output: '', ok: true }).passed, 1);
  t.is(countOneCheck({ output: '', ok: false }).failed, 1);
});

test('a suite that ran nothing, or ended badly without saying so, has failed', (t) => {
  const nothing = { passed: 0, failed: 0, skipped: 3 };
  t.is(judge(nothing, { output: '', ok: true }).failed, 1);
  const good = { passed: 5, failed: 0, skipped: 0 };
  t.deepEqual(judge(good, { output: '', ok: true }), good);
  t.is(judge(good, { output: '', ok: false }).failed, 1);
  t.is(judge({ ...good, failed: 2 }, { output: '', ok: false }).failed, 2);
});

test('the last line names what was skipped only if something was', (t) => {
  t.is(summarise({ passed: 3, failed: 0, skipped: 0 }), '3 passed, 0 failed');
  t.is(summarise({ passed: 3, failed: 1, skipped: 2 }), '3 passed, 1 failed, 2 skipped');
});

test('time on processors is that of the children, user and system', (t) => {
  t.is(cpuSecondsOf('0m0.25s 0m0.50s\n2m1.50s 1m0.25s\n'), 181.75);
  t.is(cpuSecondsOf(''), 0);
});
