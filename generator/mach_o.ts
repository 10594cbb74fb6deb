/**
 * What a file of Darwin says of itself: its processor, what it exports and needs, the oldest macOS
 * that it is for. Read from the Mach-O header and its load commands (<mach-o/loader.h>,
 * <mach-o/nlist.h>), which the dynamic loader reads as well.
 */

/** A file of Darwin, as far as whoever ships it has to know it. */
export interface MachFile {
  /** `cputype`. */
  processor: number;
  /** `filetype`: 2 is an executable, 6 a library, 8 a bundle. */
  kind: number;
  /** Names of what others can call, as C has them, sorted. */
  exports: string[];
  /** Libraries that the loader has to find. */
  needed: string[];
  /** The oldest macOS that it is for, such as `13.0`; null when it does not say. */
  minimumSystem: string | null;
  /** Whether what only debuggers read is gone; zig's linker leaves the names of functions. */
  isStripped: boolean;
  /** Whether it has a signature, without which an arm64 Mac loads nothing. */
  isSigned: boolean;
}

/** Load commands. */
const symbols = 0x2;
const library = 0xc;
const signature = 0x1d;
const minimumMacos = 0x24;
const buildVersion = 0x32;

/** Most load commands and symbols that are read; more is no addon. */
const maximumEntries = 1 << 16;

/** Bits of a symbol's type. */
const debugBits = 0xe0;
const hiddenBit = 0x10;
const definedBits = 0x0e;
const externalBit = 0x01;

/** What the linker itself names in every file. */
const linkerNames = /^(?:__dso_handle|_mh_\w+_header)$/;

/** The text at an offset, up to its end. */
function textAt(bytes: Buffer, begin: number): string {
  const end = bytes.indexOf(0, begin);
  return bytes.toString('latin1', begin, end < 0 ? begin : end);
}

/** A version as `13.0`: its major number in 16 bits, then two of 8. */
function versionAt(bytes: Buffer, at: number): string {
  const version = bytes.readUInt32LE(at);
  return `${version >>> 16}.${(version >>> 8) & 0xff}`;
}

/** Reads the table of symbols. */
function readSymbols(bytes: Buffer, command: number, file: MachFile): void {
  const table = bytes.readUInt32LE(command + 8);
  const count = Math.min(bytes.readUInt32LE(command + 12), maximumEntries);
  const strings = bytes.readUInt32LE(command + 16);
  for (let index = 0; index < count; index += 1) {
    const at = table + index * 16;
    const type = bytes.readUInt8(at + 4);
    if ((type & debugBits) !== 0) {
      file.isStripped = false;
      continue;
    }
    const isExternal = (type & (externalBit | hiddenBit)) === externalBit;
    if (!isExternal || (type & definedBits) === 0) continue;
    const name = textAt(bytes, strings + bytes.readUInt32LE(at)).replace(/^_/, '');
    if (!linkerNames.test(name)) file.exports.push(name);
  }
}

/** Reads every load command. */
function readCommands(bytes: Buffer, file: MachFile): void {
  const count = Math.min(bytes.readUInt32LE(16), maximumEntries);
  let at = 32;
  for (let index = 0; index < count; index += 1) {
    const command = bytes.readUInt32LE(at);
    if (command === symbols) readSymbols(bytes, at, file);
    else if (command === signature) file.isSigned = true;
    else if (command === minimumMacos) file.minimumSystem = versionAt(bytes, at + 8);
    else if (command === buildVersion) file.minimumSystem = versionAt(bytes, at + 12);
    else if (command === library) {
      file.needed.push(textAt(bytes, at + bytes.readUInt32LE(at + 8)));
    }
    at += bytes.readUInt32LE(at + 4);
  }
}

/**
 * Reads a file of Darwin.
 *
 * @param bytes the whole file.
 * @returns null when it is no 64-bit Mach-O file, or is cut short.
 */
export function readMachFile(bytes: Buffer): MachFile | null {
  if (bytes.length < 32 || bytes.readUInt32LE(0) !== 0xfeedfacf) return null;
  const file: MachFile = {
    processor: bytes.readUInt32LE(4),
    kind: bytes.readUInt32LE(12),
    exports: [],
    needed: [],
    minimumSystem: null,
    isStripped: true,
    isSigned: false,
  };
  try {
    readCommands(bytes, file);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  file.exports.sort();
  return file;
}
