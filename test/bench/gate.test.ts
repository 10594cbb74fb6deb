/** The gate: what a message costs has not grown. Counts, not times: a busy machine changes none. */

import test from 'ava';
import { gate, gateText, verdictOf } from './gate.ts';

test('no message takes more instructions or entries into the kernel than recorded', async (t) => {
  // A minute, and the time in which four servers and the load generator are built.
  t.timeout(600_000);
  const rows = await gate(false);
  t.log(`\n${gateText(rows)}`);
  t.deepEqual(
    rows.filter(({ verdict }) => verdict === 'FAIL' || verdict === 'new'),
    [],
  );
  t.true(rows.some(({ verdict }) => verdict === 'ok' || verdict === 'fell'));
});

test('two percent more are borne, and what fell is said', (t) => {
  t.is(verdictOf(101.9, 100), 'ok');
  t.is(verdictOf(102.1, 100), 'FAIL');
  t.is(verdictOf(Number.NaN, 100), 'FAIL');
  t.is(verdictOf(98.1, 100), 'ok');
  t.is(verdictOf(97.9, 100), 'fell');
  t.is(verdictOf(1, null), 'new');
});
