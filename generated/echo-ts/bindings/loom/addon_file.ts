/**
 * A look at an addon's file before it is loaded: whose it is, and whether all of it is there. The
 * loader maps what the file's head promises; in a file that ends earlier, as a broken download
 * leaves it, the first access past the end kills the process with SIGBUS, where an error could have
 * named the file.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Sizes and places in a 64-bit ELF file, elf(5). */
const headerBytes = 64;
const segmentBytes = 56;
const maximumSegments = 256;
const loadedSegment = 1;

/** `EI_OSABI` of FreeBSD; Linux has 0 or 3. */
const freebsdAbi = 9;

/** `e_machine` of what Node runs on. */
const machines: Readonly<Record<number, string>> = {
  3: 'ia32',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};

/** `cputype` of Mach-O and `Machine` of PE, of the processors that Node runs on there. */
const appleProcessors: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' };
const windowsMachines: Readonly<Record<number, string>> = { 34404: 'x64', 43620: 'arm64' };

/** For whom a file was compiled. */
interface Origin {
  /** As `process` has them; a platform that it does not know is what the file says. */
  readonly platform: string;
  readonly arch: string;
}

/** The bytes of a file from `offset`, fewer at its end. */
function bytesAt(file: number, offset: number, length: number): DataView {
  const bytes = new Uint8Array(length);
  return new DataView(bytes.buffer, 0, readSync(file, bytes, 0, length, offset));
}

/** Where the last part of the file that is loaded ends; in bytes from its beginning. */
function loadedEnd(file: number, header: DataView): number {
  const offset = Number(header.getBigUint64(32, true));
  const count = Math.min(header.getUint16(56, true), maximumSegments);
  const table = bytesAt(file, offset, count * segmentBytes);
  if (table.byteLength < count * segmentBytes) return offset + count * segmentBytes;
  let end = 0;
  for (let at = 0; at < table.byteLength; at += segmentBytes) {
    if (table.getUint32(at, true) !== loadedSegment) continue;
    const begin = Number(table.getBigUint64(at + 8, true));
    end = Math.max(end, begin + Number(table.getBigUint64(at + 32, true)));
  }
  return end;
}

/** Bytes of a PE file that may come before its header; more is no addon. */
const maximumStubBytes = 1 << 16;

/** Whom a file's head says it is for; undefined when it is no shared library at all. */
function originOf(file: number, header: DataView): Origin | undefined {
  if (header.byteLength < 20) return undefined;
  const magic = header.getUint32(0);
  if (magic === 0x7f454c46) {
    const machine = header.getUint16(18, true);
    const platform = header.getUint8(7) === freebsdAbi ? 'freebsd' : 'linux';
    return { platform, arch: machines[machine] ?? `machine ${machine}` };
  }
  if (magic === 0xcffaedfe) {
    const processor = header.getUint32(4, true);
    return { platform: 'darwin', arch: appleProcessors[processor] ?? `processor ${processor}` };
  }
  if (header.getUint16(0) !== 0x4d5a || header.byteLength < headerBytes) return undefined;
  const offset = header.getUint32(60, true);
  const portable = offset < maximumStubBytes ? bytesAt(file, offset, 6) : undefined;
  if (portable?.byteLength !== 6 || portable.getUint32(0) !== 0x50450000) return undefined;
  const machine = portable.getUint16(4, true);
  return { platform: 'win32', arch: windowsMachines[machine] ?? `machine ${machine}` };
}

/** Opens a file, hands its first bytes on, and closes it. */
function withHeader<T>(path: string, use: (file: number, header: DataView) => T): T {
  const file = openSync(path, 'r');
  try {
    return use(file, bytesAt(file, 0, headerBytes));
  } finally {
    closeSync(file);
  }
}

/**
 * For which other machine a file was compiled, such as `linux-arm64`; undefined when it is for this
 * one, or when that cannot be seen.
 */
export function otherMachineOf(path: string, machine: Origin): string | undefined {
  const origin = withHeader(path, originOf);
  if (origin === undefined) return undefined;
  const isSame = origin.platform === machine.platform && origin.arch === machine.arch;
  return isSame ? undefined : `${origin.platform}-${origin.arch}`;
}

/**
 * What is wrong with the file of an addon, as far as its head tells.
 * @returns a clause that goes on from the file's name; undefined when it may be loaded.
 */
export function mistakeOfFile(path: string, machine: Origin = process): string | undefined {
  return withHeader(path, (file, header) => {
    const { size } = fstatSync(file);
    if (size === 0) return 'is empty';
    const origin = originOf(file, header);
    if (origin === undefined) return 'is no shared library (it does not begin as one)';
    const { platform, arch } = machine;
    if (origin.platform !== platform || origin.arch !== arch) {
      return `is for ${origin.platform}-${origin.arch}, and this Node is for ${platform}-${arch}`;
    }
    if (platform !== 'linux') return undefined;
    if (header.byteLength < headerBytes) return `is cut short at ${size} bytes`;
    // Offsets are elsewhere in 32-bit files, which have two machines of this list.
    if (header.getUint8(4) !== 2) return undefined;
    const end = loadedEnd(file, header);
    return end > size ? `is cut short: it has ${size} of at least ${end} bytes` : undefined;
  });
}
