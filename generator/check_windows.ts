/** Whether what was compiled for Windows is what somebody can run there, and nothing beside it. */
import type { Target } from '../schemas/targets.ts';
import { type PortableExecutable, readPortableExecutable } from './portable_executable.ts';

/** `Machine` of the processors of targets. */
const machines = { x64: 0x8664, arm64: 0xaa64 } as const;

/** Libraries that every Windows has: its own, and the C library that it brings. */
const ownLibraries =
  /^(?:kernel32|msvcrt|ucrtbase|api-ms-win-[\w-]+|ws2_32|mswsock|iphlpapi|advapi32)\.dll$/i;

/** A file that can be had there, or a clause on what is wrong with it. */
export type WindowsVerdict = { file: PortableExecutable } | { mistake: string };

/**
 * Looks at an addon or an executable.
 *
 * @param bytes the whole file.
 * @param isLibrary whether it has to be one.
 */
export function checkWindows(bytes: Buffer, target: Target, isLibrary: boolean): WindowsVerdict {
  const file = readPortableExecutable(bytes);
  if (file === null) return { mistake: 'it is no whole 64-bit PE file' };
  const { machine, linkedAt, needed } = file;
  if (machine !== machines[target.arch]) {
    return { mistake: `it is for machine 0x${machine.toString(16)} of PE` };
  }
  if (file.isLibrary !== isLibrary) {
    return { mistake: `it is ${file.isLibrary ? 'a library' : 'no library'}` };
  }
  const other = needed.find((name) => !ownLibraries.test(name));
  if (other !== undefined) return { mistake: `it needs ${other}, which Windows does not bring` };
  return linkedAt === 0 ? { file } : { mistake: 'it says when it was linked' };
}
