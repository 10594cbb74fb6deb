/** Why a connection ended: the payload of a close record. */
import { getSystemErrorName } from 'node:util';
import type { CloseKind } from './layout.ts';
import { closeKinds } from './layout.ts';

/** Why a connection ended, or why a client's attempt failed. */
export interface CloseReason {
  readonly kind: CloseKind;
  /** The kernel's word for it, such as 'ECONNREFUSED', where there was one. */
  readonly systemError: string | undefined;
}

/** Reads the payload that begins at byte `start` of the ring. */
export function closeReasonAt(words: Int32Array, start: number): CloseReason {
  const kind = (words[start >> 2] as number) & 0xffff;
  const systemError = words[(start >> 2) + 1] as number;
  return {
    kind: closeKinds[kind] ?? 'failed',
    systemError: systemError === 0 ? undefined : getSystemErrorName(-systemError),
  };
}
