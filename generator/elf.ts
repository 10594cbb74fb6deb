/**
 * What a shared library of Linux says of itself: its processor, what it exports, which libraries
 * and which of their versions it needs. Read from the dynamic section (System V ABI, chapters 4 and
 * 5; versions: LSB Core, 10.7), which the dynamic loader reads as well, so nothing else has to be
 * installed for it.
 */

/** A shared library, as far as whoever ships it has to know it. */
export interface SharedLibrary {
  /** `e_machine`, elf(5). */
  machine: number;
  /** Names of what others can call, sorted. */
  exports: string[];
  /** Libraries that the loader has to find, such as libc.so.6. */
  needed: string[];
  /** Versions that they have to have, such as GLIBC_2.34. */
  versions: string[];
  /** Whether the table that only debuggers read is gone. */
  isStripped: boolean;
}

/** A table of the file. */
interface Section {
  name: string;
  type: number;
  offset: number;
  bytes: number;
  /** The position of the section that has its strings. */
  link: number;
}

/** Section types. */
const symbolTable = 2;
const dynamicTable = 6;
const dynamicSymbols = 11;
const versionsNeeded = 0x6ffffffe;

/** Longest list that is read: of sections, symbols, versions; more is no addon. */
const maximumEntries = 1 << 16;

/** The text at an offset of a table of strings. */
function textAt(bytes: Buffer, strings: Section | undefined, offset: number): string {
  const begin = (strings?.offset ?? 0) + offset;
  const end = bytes.indexOf(0, begin);
  return bytes.toString('latin1', begin, end < 0 ? begin : end);
}

/** A 64-bit word as a number; sizes and offsets of files are far below 2^53. */
function word(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset));
}

/** Every section, named. */
function sectionsOf(bytes: Buffer): Section[] {
  const table = word(bytes, 40);
  const count = Math.min(bytes.readUInt16LE(60), maximumEntries);
  const names = bytes.readUInt16LE(62);
  const sections = Array.from({ length: count }, (_, index): Section => {
    const at = table + index * bytes.readUInt16LE(58);
    return {
      name: String(bytes.readUInt32LE(at)),
      type: bytes.readUInt32LE(at + 4),
      offset: word(bytes, at + 24),
      bytes: word(bytes, at + 32),
      link: bytes.readUInt32LE(at + 40),
    };
  });
  for (const each of sections) each.name = textAt(bytes, sections[names], Number(each.name));
  return sections;
}

/** Names of dynamic symbols that are defined and visible. */
function exportsOf(bytes: Buffer, sections: readonly Section[]): string[] {
  const table = sections.find(({ type }) => type === dynamicSymbols);
  if (table === undefined) return [];
  const exported: string[] = [];
  const count = Math.min(table.bytes / 24, maximumEntries);
  for (let index = 0; index < count; index += 1) {
    const at = table.offset + index * 24;
    const isLocal = bytes.readUInt8(at + 4) >> 4 === 0;
    const isHidden = (bytes.readUInt8(at + 5) & 3) !== 0;
    if (isLocal || isHidden || bytes.readUInt16LE(at + 6) === 0) continue;
    exported.push(textAt(bytes, sections[table.link], bytes.readUInt32LE(at)));
  }
  return exported.sort();
}

/** What `DT_NEEDED` names. */
function neededBy(bytes: Buffer, sections: readonly Section[]): string[] {
  const table = sections.find(({ type }) => type === dynamicTable);
  if (table === undefined) return [];
  const needed: string[] = [];
  for (let at = table.offset; at < table.offset + table.bytes; at += 16) {
    if (word(bytes, at) !== 1) continue;
    needed.push(textAt(bytes, sections[table.link], word(bytes, at + 8)));
  }
  return needed;
}

/** Versions in `.gnu.version_r`: a list of files, each with a list of versions. */
function versionsOf(bytes: Buffer, sections: readonly Section[]): string[] {
  const table = sections.find(({ type }) => type === versionsNeeded);
  if (table === undefined) return [];
  const found: string[] = [];
  let file = table.offset;
  for (let files = 0; files < maximumEntries; files += 1) {
    const count = bytes.readUInt16LE(file + 2);
    let at = file + bytes.readUInt32LE(file + 8);
    for (let index = 0; index < count; index += 1) {
      found.push(textAt(bytes, sections[table.link], bytes.readUInt32LE(at + 8)));
      at += bytes.readUInt32LE(at + 12);
    }
    const next = bytes.readUInt32LE(file + 12);
    if (next === 0) break;
    file += next;
  }
  return found.sort();
}

/**
 * Reads a shared library.
 *
 * @param bytes the whole file.
 * @returns null when it is no 64-bit little-endian ELF file, or is cut short.
 */
export function readSharedLibrary(bytes: Buffer): SharedLibrary | null {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) return null;
  if (bytes.readUInt16LE(4) !== 0x0102) return null;
  try {
    const sections = sectionsOf(bytes);
    return {
      machine: bytes.readUInt16LE(18),
      exports: exportsOf(bytes, sections),
      needed: neededBy(bytes, sections),
      versions: versionsOf(bytes, sections),
      isStripped: !sections.some(({ type }) => type === symbolTable),
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The newest of the versions of one family, such as `2.34` of GLIBC; null when none is needed. */
export function newestOf(versions: readonly string[], family: string): string | null {
  const order = (version: string): number[] => version.split('.').map(Number);
  const found = versions.flatMap((each) => {
    const match = /^([A-Z]+)_(\d[\d.]*)$/.exec(each);
    return match?.[1] === family ? (match[2] ?? []) : [];
  });
  const sorted = found.sort((first, second) => {
    const [one, other] = [order(first), order(second)];
    const at = one.findIndex((part, index) => part !== (other[index] ?? 0));
    return at < 0 ? one.length - other.length : (one[at] ?? 0) - (other[at] ?? 0);
  });
  return sorted.at(-1) ?? null;
}
