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

/** `EI_OSABI` of FreeBSD's own tools. */
const freebsdAbi = 9;

/** Who has ELF files with another `EI_OSABI`: Linux 0 or 3, and zig writes 0 for FreeBSD, too. */
const elfPlatforms: readonly string[] = ['linux', 'freebsd'];

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
  /** As `process` has them, one or those which the file does not tell apart. */
  readonly platforms: readonly string[];
  readonly arch: string;
}

/** What runs here, as `process` has it. */
interface Machine {
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
    const platforms = header.getUint8(7) === freebsdAbi ? ['freebsd'] : elfPlatforms;
    return { platforms, arch: machines[machine] ?? `machine ${machine}` };
  }
  if (magic === 0xcffaedfe) {
    const processor = header.getUint32(4, true);
    const arch = appleProcessors[processor] ?? `processor ${processor}`;
    return { platforms: ['darwin'], arch };
  }
  if (header.getUint16(0) !== 0x4d5a || header.byteLength < headerBytes) return undefined;
  const offset = header.getUint32(60, true);
  const portable = offset < maximumStubBytes ? bytesAt(file, offset, 6) : undefined;
  if (portable?.byteLength !== 6 || portable.getUint32(0) !== 0x50450000) return undefined;
  const machine = portable.getUint16(4, true);
  return { platforms: ['win32'], arch: windowsMachines[machine] ?? `machine ${machine}` };
}

/** For whom a file is, such as `linux-arm64`, where that is not this machine; else undefined. */
function otherOf({ platforms, arch }: Origin, machine: Machine): string | undefined {
  const isPlatform = platforms.includes(machine.platform);
  if (isPlatform && arch === machine.arch) return undefined;
  const meant = isPlatform ? [machine.platform] : platforms;
  return meant.map((platform) => `${platform}-${arch}`).join(' or ');
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
export function otherMachineOf(path: string, machine: Machine): string | undefined {
  const origin = withHeader(path, originOf);
  return origin === undefined ? undefined : otherOf(origin, machine);
}

/**
 * What is wrong with the file of an addon, as far as its head tells.
 * @returns a clause that goes on from the file's name; undefined when it may be loaded.
 */
export function mistakeOfFile(path: string, machine: Machine = process): string | undefined {
  return withHeader(path, (file, header) => {
    const { size } = fstatSync(file);
    if (size === 0) return 'is empty';
    const origin = originOf(file, header);
    if (origin === undefined) return 'is no shared library (it does not begin as one)';
    const other = otherOf(origin, machine);
    const { platform, arch } = machine;
    if (other !== undefined) return `is for ${other}, and this Node is for ${platform}-${arch}`;
    if (!elfPlatforms.includes(platform)) return undefined;
    if (header.byteLength < headerBytes) return `is cut short at ${size} bytes`;
    // Offsets are elsewhere in 32-bit files, which have two machines of this list.
    if (header.getUint8(4) !== 2) return undefined;
    const end = loadedEnd(file, header);
    return end > size ? `is cut short: it has ${size} of at least ${end} bytes` : undefined;
  });
}
