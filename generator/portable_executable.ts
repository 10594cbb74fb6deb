/**
 * What a file of Windows says of itself: its processor, what it exports, which libraries it needs
 * at once. Read from its PE header and the tables that this names (Microsoft's "PE Format"), which
 * the loader of Windows reads as well.
 */

/** A file of Windows, as far as whoever ships it has to know it. */
export interface PortableExecutable {
  /** `Machine`: 0x8664 is x64, 0xaa64 arm64. */
  machine: number;
  /** Whether it is a library, as an addon is, and no program. */
  isLibrary: boolean;
  /** Names of what others can call, sorted. */
  exports: string[];
  /** Libraries that the loader has to find, such as KERNEL32.dll; none that it may find late. */
  needed: string[];
  /** Whether the table that only debuggers read is gone. */
  isStripped: boolean;
  /** When it was linked, in seconds since 1970; 0 when it does not say, as what is reproducible. */
  linkedAt: number;
}

/** A part of the file, and where the loader puts it. */
interface Section {
  address: number;
  bytes: number;
  offset: number;
}

/** Longest list that is read: of sections, exports, libraries; more is no addon. */
const maximumEntries = 1 << 16;

/** `Characteristics` of a library. */
const libraryBit = 0x2000;

/** `Magic` of a 64-bit file. */
const wide = 0x20b;

/** Bytes of an entry of the table of imports. */
const importBytes = 20;

/** The text at an offset, up to its end. */
function textAt(bytes: Buffer, begin: number): string {
  const end = bytes.indexOf(0, begin);
  return bytes.toString('latin1', begin, end < 0 ? begin : end);
}

/** Where in the file a place in memory comes from. @throws RangeError when it is in no section. */
function offsetOf(sections: readonly Section[], address: number): number {
  const section = sections.find(
    (each) => address >= each.address && address < each.address + each.bytes,
  );
  if (section === undefined) throw new RangeError('no section has it');
  return address - section.address + section.offset;
}

/** Names of the table of exports; none without one. */
function exportsOf(bytes: Buffer, sections: readonly Section[], address: number): string[] {
  if (address === 0) return [];
  const table = offsetOf(sections, address);
  const count = Math.min(bytes.readUInt32LE(table + 24), maximumEntries);
  const names = count === 0 ? 0 : offsetOf(sections, bytes.readUInt32LE(table + 32));
  return Array.from({ length: count }, (_, index) =>
    textAt(bytes, offsetOf(sections, bytes.readUInt32LE(names + index * 4))),
  ).sort();
}

/** Libraries of the table of imports, up to its empty entry. */
function importsOf(bytes: Buffer, sections: readonly Section[], address: number): string[] {
  const found: string[] = [];
  if (address === 0) return found;
  let at = offsetOf(sections, address);
  while (found.length < maximumEntries) {
    const name = bytes.readUInt32LE(at + 12);
    if (name === 0) break;
    found.push(textAt(bytes, offsetOf(sections, name)));
    at += importBytes;
  }
  return found;
}

/** Every section, behind the header that ends at `at`. */
function sectionsOf(bytes: Buffer, at: number, count: number): Section[] {
  return Array.from({ length: Math.min(count, maximumEntries) }, (_, index) => ({
    address: bytes.readUInt32LE(at + index * 40 + 12),
    bytes: bytes.readUInt32LE(at + index * 40 + 16),
    offset: bytes.readUInt32LE(at + index * 40 + 20),
  }));
}

/**
 * Reads a file of Windows.
 *
 * @param bytes the whole file.
 * @returns null when it is no 64-bit PE file, or is cut short.
 */
export function readPortableExecutable(bytes: Buffer): PortableExecutable | null {
  try {
    if (bytes.readUInt16BE(0) !== 0x4d5a) return null;
    const header = bytes.readUInt32LE(60);
    if (bytes.readUInt32BE(header) !== 0x50450000) return null;
    const optional = header + 24;
    if (bytes.readUInt16LE(optional) !== wide) return null;
    const behind = optional + bytes.readUInt16LE(header + 20);
    const sections = sectionsOf(bytes, behind, bytes.readUInt16LE(header + 6));
    if (sections.some((each) => each.offset + each.bytes > bytes.length)) return null;
    return {
      machine: bytes.readUInt16LE(header + 4),
      isLibrary: (bytes.readUInt16LE(header + 22) & libraryBit) !== 0,
      exports: exportsOf(bytes, sections, bytes.readUInt32LE(optional + 112)),
      needed: importsOf(bytes, sections, bytes.readUInt32LE(optional + 120)),
      isStripped: bytes.readUInt32LE(header + 12) === 0,
      linkedAt: bytes.readUInt32LE(header + 8),
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
