/** What is not in the code of the echo program in either style: virtual tables, indirect calls. */

import { indirectCalls, virtualTables } from '../conformance/code.ts';
import { buildEcho } from './echo.ts';
import { type Proof, proof } from './proof.ts';

/** All rows about code. */
export async function codeProofs(): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const style of ['callback', 'fiber'] as const) {
    const executable = await buildEcho(style);
    const tables = await virtualTables(executable);
    proofs.push(proof(`virtual tables, ${style}`, String(tables.length), '0', tables.length === 0));
    const { functions, calls, beyond } = await indirectCalls(executable);
    proofs.push(
      proof(
        `indirect calls from completion to handler, ${style}`,
        `${beyond.length}; ${calls - beyond.length} elsewhere in ${functions} functions`,
        '0',
        beyond.length === 0,
      ),
    );
  }
  return proofs;
}
