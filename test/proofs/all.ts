/** Every proof, in the order of the table. */

import { addonProofs } from './addon.ts';
import { burnProofs } from './burn.ts';
import { codeProofs } from './code.ts';
import { costProofs } from './cost.ts';
import { endingProofs } from './ending.ts';
import { memoryProofs } from './memory.ts';
import { allNativeProofs } from './native.ts';
import type { Extent, Proof } from './proof.ts';

/** Measures everything, one after the other: each figure has the machine for itself. */
export async function allProofs(extent: Extent): Promise<Proof[]> {
  return [
    ...(await memoryProofs(extent)),
    ...(await addonProofs(extent)),
    ...(await codeProofs()),
    ...(await costProofs()),
    ...(await burnProofs(extent)),
    ...(await endingProofs()),
    ...(await allNativeProofs(extent)),
  ];
}
