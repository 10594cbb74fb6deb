/**
 * Channels in shared memory, read by another process than the one that writes them. A reader maps
 * the file for reading and copies what is there; what the writer overwrote before is counted. The
 * counterpart is runtime/loom/shared_file.hpp.
 */
import type { MessageView } from './message_view.ts';
import { OverwrittenCells } from './channel_cells.ts';
import { channelHeaderBytes, channelWord } from './channel_layout.ts';
import type { ProgramDescriptor, SharedDescriptor } from './descriptor.ts';
import { sharedAbsent, sharedOther } from './error.ts';
import { loadAddon, type NativeSharedMap } from './native.ts';

/** 'LOOMSHM1' read as a little-endian number; `shared_file_magic`. */
const magic = 0x314d48534d4f4f4cn;
const fileAbi = 1;
/** Bytes before the channel's header; positions in the file's own. */
const fileHeaderBytes = 256;
const field = {
  abi: 8,
  capacity: 12,
  layout: 16,
  recordBytes: 24,
  strideBytes: 28,
  fileBytes: 32,
  isEnded: 44,
} as const;

/** The reading end of a channel of another process. */
export class SharedChannel<Reader extends MessageView<unknown>> implements Disposable {
  /** The name in the config. */
  readonly name: string;
  readonly #map: NativeSharedMap;
  readonly #words: Int32Array;
  readonly #cells: OverwrittenCells;
  readonly #reader: Reader;
  #lost = 0;
  #closed = false;

  constructor(descriptor: SharedDescriptor, map: NativeSharedMap) {
    this.name = descriptor.name;
    this.#map = map;
    this.#words = new Int32Array(map.memory);
    const { capacity, strideBytes } = descriptor;
    this.#cells = new OverwrittenCells({
      channel: { offset: fileHeaderBytes, capacity, strideBytes },
      memory: map.memory,
      start: 'oldest',
      lose: (messages) => {
        this.#lost += messages;
      },
    });
    this.#reader = new descriptor.reader(this.#cells.view) as Reader;
  }

  /**
   * Whether the writer runs. After false, `read` gives what is left and then nothing more; open the
   * channel again for the next writer.
   */
  get isLive(): boolean {
    if (this.#closed) return false;
    return Atomics.load(this.#words, field.isEnded / 4) === 0 && this.#map.isLive();
  }

  /** Messages that the writer has published. */
  get written(): bigint {
    const counters = new BigUint64Array(this.#map.memory, fileHeaderBytes, channelWord.head / 2);
    return Atomics.load(counters, channelWord.tail / 2);
  }

  /** Messages that were overwritten before this reader came to them. */
  get lost(): number {
    return this.#lost;
  }

  /**
   * What has come since the last call, oldest first, without waiting. The same view object for
   * every message: valid until the next one.
   */
  *read(): Generator<Reader, void, undefined> {
    if (this.#closed) return;
    const cells = this.#cells;
    cells.refresh();
    if (!cells.take()) return;
    const { offset, mask, strideBytes } = cells.ring;
    for (let position = cells.from; position !== cells.to; position = (position + 1) | 0) {
      this.#reader.$show(offset + (position & mask) * strideBytes);
      yield this.#reader;
    }
  }

  /** Ends the mapping. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#map.close();
  }
}

/**
 * Maps a channel that another process writes.
 * @throws LoomError LOOM6010 when nobody does, LOOM6011 when the file is of another version.
 */
export function openSharedChannel(
  descriptor: ProgramDescriptor,
  name: string,
  native?: string,
): SharedChannel<never> {
  const channel = descriptor.shared.find((each) => each.name === name);
  if (channel === undefined) throw new TypeError(`channels.${name} is not in shared memory`);
  const map = mapFile(descriptor, channel, native);
  const difference = differenceOf(channel, new DataView(map.memory));
  if (difference === undefined) return new SharedChannel<never>(channel, map);
  map.close();
  throw sharedOther(name, channel.file, difference);
}

function mapFile(
  descriptor: ProgramDescriptor,
  channel: SharedDescriptor,
  native: string | undefined,
): NativeSharedMap {
  const { SharedMap } = loadAddon(descriptor, native);
  try {
    return new SharedMap(channel.file);
  } catch (error) {
    // The addon says it with a number; anything else is no answer of the system.
    const { errno } = error as { errno?: number };
    if (errno === undefined) throw error;
    throw sharedAbsent(channel.name, channel.file, errno);
  }
}

/** What makes a file that of another channel; undefined: nothing. */
function differenceOf(channel: SharedDescriptor, view: DataView): string | undefined {
  const { capacity, strideBytes, recordBytes, layout } = channel;
  const bytes = fileHeaderBytes + channelHeaderBytes + capacity * strideBytes;
  if (view.byteLength !== bytes) return `it has ${view.byteLength} bytes, expected ${bytes}`;
  if (view.getBigUint64(0, true) !== magic) return 'it is no channel';
  const abi = view.getUint32(field.abi, true);
  if (abi !== fileAbi) return `version ${abi} of the format, expected ${fileAbi}`;
  const there = view.getBigUint64(field.layout, true).toString(16).padStart(16, '0');
  if (there !== layout) return `the layout ${there} of its messages, expected ${layout}`;
  const isSame =
    view.getUint32(field.capacity, true) === capacity &&
    view.getUint32(field.recordBytes, true) === recordBytes &&
    view.getUint32(field.strideBytes, true) === strideBytes &&
    view.getBigUint64(field.fileBytes, true) === BigInt(bytes);
  return isSame ? undefined : 'another capacity or size of messages';
}
