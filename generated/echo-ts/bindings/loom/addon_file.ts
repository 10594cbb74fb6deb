/**
 * A look at an addon's file before it is loaded. The loader maps what the file's head promises; in
 * a file that ends earlier, as a broken download leaves it, the first access past the end kills the
 * process with SIGBUS, where an error could have named the file.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Sizes and places in a 64-bit ELF file, elf(5). */
const headerBytes = 64;
const segmentBytes = 56;
const maximumSegments = 256;
const loadedSegment = 1;

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

/**
 * What is wrong with the file of an addon, as far as its head tells.
 * @returns a clause that goes on from the file's name; undefined when it may be loaded, also where
 * addons have another format.
 */
export function mistakeOfFile(path: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return 'is empty';
    const header = bytesAt(file, 0, headerBytes);
    const isElf = header.byteLength >= 4 && header.getUint32(0) === 0x7f454c46;
    if (!isElf) return 'is no shared library (it does not begin as an ELF file)';
    if (header.byteLength < headerBytes) return `is cut short at ${size} bytes`;
    const machine = header.getUint16(18, true);
    const name = machines[machine] ?? `machine ${machine}`;
    if (name !== process.arch) return `is for ${name}, and this Node is for ${process.arch}`;
    // Offsets are elsewhere in 32-bit files, which have two machines of this list.
    if (header.getUint8(4) !== 2) return undefined;
    const end = loadedEnd(file, header);
    return end > size ? `is cut short: it has ${size} of at least ${end} bytes` : undefined;
  } finally {
    closeSync(file);
  }
}
