/** The table of `npm run proofs`, with as few messages as show it. */

import test from 'ava';
import { allProofs } from './all.ts';
import { extents, table } from './proof.ts';

test('every promise of the table holds', async (t) => {
  // It may wait for what another suite builds.
  t.timeout(1_200_000);
  const proofs = await allProofs(extents.bounded);
  t.log(`\n${table(proofs)}`);
  t.deepEqual(
    proofs.filter(({ verdict }) => verdict === 'FAIL'),
    [],
  );
  t.true(proofs.filter(({ verdict }) => verdict === 'ok').length >= 30);
});
