/**
 * `npm run proofs`: measures what loomgen promises and prints one table; the exit code says whether
 * all of it holds. `--full` takes 100 million messages where memory is watched.
 */

import { allProofs } from './all.ts';
import { extents, table } from './proof.ts';

const [option] = process.argv.slice(2);
if (option !== undefined && option !== '--full') {
  process.stderr.write(`npm run proofs: unknown option ${option}; there is only --full\n`);
  process.exitCode = 2;
} else {
  const proofs = await allProofs(option === undefined ? extents.usual : extents.full);
  process.stdout.write(table(proofs));
  process.exitCode = proofs.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0;
}
