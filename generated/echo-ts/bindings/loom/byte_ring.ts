/**
 * The byte rings of a shared block, seen from JavaScript: the reader of deliveries and the writer
 * of the inbox. The counterpart is runtime/loom/byte_ring.hpp, which describes the format.
 *
 * Counters are kept as int32 (`| 0`), because those stay small integers in V8; differences and
 * masks are the same as with uint32.
 */
import type { RingDescriptor } from './descriptor.ts';
import {
  maximumPayloadBytes,
  recordBytes,
  recordHeaderBytes,
  recordSkip,
  ringHeaderBytes,
  ringWord,
} from './layout.ts';

/**
 * Reads records in order without giving their room back; that is `release`, later and in any
 * amount. So several records can be looked at where they lie while the producer goes on.
 */
export class ByteRingReader {
  /** The record that `next` stopped at: its counter, for `release` and `seek`. */
  position = 0;
  /** Its payload: byte offset in the shared block, and length. */
  start = 0;
  bytes = 0;
  fd = 0;
  event = 0;
  slot = 0;
  generation = 0;

  readonly #words: Int32Array;
  readonly #tailWord: number;
  readonly #headWord: number;
  readonly #dataOffset: number;
  readonly #ringBytes: number;
  #cursor: number;
  #tail: number;
  #head: number;

  /** `words` views the whole shared block. */
  constructor(words: Int32Array, ring: RingDescriptor) {
    this.#words = words;
    this.#tailWord = ring.offset / 4 + ringWord.tail;
    this.#headWord = ring.offset / 4 + ringWord.head;
    this.#dataOffset = ring.offset + ringHeaderBytes;
    this.#ringBytes = ring.bytes;
    this.#head = Atomics.load(words, this.#headWord);
    this.#cursor = this.#head;
    this.#tail = this.#head;
  }

  /** Counter after the last record that `next` returned. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Bytes that were read and not released. */
  get heldBytes(): number {
    return (this.#cursor - this.#head) | 0;
  }

  get ringBytes(): number {
    return this.#ringBytes;
  }

  /** Looks whether the producer published more; true when `next` would return a record. */
  refresh(): boolean {
    this.#tail = Atomics.load(this.#words, this.#tailWord);
    return this.#tail !== this.#cursor;
  }

  /** Goes to the next record that the last `refresh` saw; false when there is none. */
  next(): boolean {
    if (this.#cursor === this.#tail) return false;
    const mask = this.#ringBytes - 1;
    const offset = this.#cursor & mask;
    if (this.#words[(this.#dataOffset + offset) >> 2] === recordSkip) {
      this.#cursor = (this.#cursor + this.#ringBytes - offset) | 0;
    }
    this.seek(this.#cursor);
    this.#cursor = (this.#cursor + recordBytes(this.bytes)) | 0;
    return true;
  }

  /** Looks at a record again that was read and not released. */
  seek(position: number): void {
    const start = this.#dataOffset + (position & (this.#ringBytes - 1));
    const word = start >> 2;
    const words = this.#words;
    const fdAndEvent = words[word + 1] as number;
    this.position = position;
    this.start = start + recordHeaderBytes;
    this.bytes = words[word] as number;
    this.fd = fdAndEvent & 0xffff;
    this.event = fdAndEvent >>> 16;
    this.slot = words[word + 2] as number;
    this.generation = words[word + 3] as number;
  }

  /** Gives everything before `position` back to the producer. */
  release(position: number): void {
    if (position === this.#head) return;
    this.#head = position;
    Atomics.store(this.#words, this.#headWord, position);
  }
}

/** Writes records; a record becomes visible as a whole with `commit`. */
export class ByteRingWriter {
  /** Longest payload that can ever be written. */
  readonly maximumPayloadBytes: number;

  readonly #words: Int32Array;
  readonly #tailWord: number;
  readonly #headWord: number;
  readonly #dataOffset: number;
  readonly #ringBytes: number;
  #tail: number;
  #knownHead: number;
  #record = 0;

  /** `words` views the whole shared block. */
  constructor(words: Int32Array, ring: RingDescriptor) {
    this.#words = words;
    this.#tailWord = ring.offset / 4 + ringWord.tail;
    this.#headWord = ring.offset / 4 + ringWord.head;
    this.#dataOffset = ring.offset + ringHeaderBytes;
    this.#ringBytes = ring.bytes;
    this.#tail = Atomics.load(words, this.#tailWord);
    this.#knownHead = Atomics.load(words, this.#headWord);
    this.maximumPayloadBytes = maximumPayloadBytes(ring.bytes);
  }

  /** Whether at least half of the ring is free now: the mark for going on after a refusal. */
  get halfFree(): boolean {
    this.#knownHead = Atomics.load(this.#words, this.#headWord);
    return ((this.#tail - this.#knownHead) | 0) <= this.#ringBytes / 2;
  }

  /**
   * The byte offset in the shared block at which a payload may be written, or -1 when there is no
   * room. Nothing is visible before `commit`.
   */
  reserve(payloadBytes: number): number {
    const needed = recordBytes(payloadBytes);
    const offset = this.#tail & (this.#ringBytes - 1);
    const untilEnd = this.#ringBytes - offset;
    const skipped = untilEnd >= needed ? 0 : untilEnd;
    if (!this.#hasRoom(skipped + needed)) return -1;
    if (skipped === 0) {
      this.#record = this.#tail;
      return this.#dataOffset + offset + recordHeaderBytes;
    }
    this.#words[(this.#dataOffset + offset) >> 2] = recordSkip;
    this.#record = (this.#tail + skipped) | 0;
    return this.#dataOffset + recordHeaderBytes;
  }

  /** Publishes the record that was reserved with the same length. */
  commit(bytes: number, fd: number, event: number, slot: number, generation: number): void {
    const word = (this.#dataOffset + (this.#record & (this.#ringBytes - 1))) >> 2;
    const words = this.#words;
    words[word] = bytes;
    words[word + 1] = fd | (event << 16);
    words[word + 2] = slot;
    words[word + 3] = generation;
    this.#tail = (this.#record + recordBytes(bytes)) | 0;
    Atomics.store(words, this.#tailWord, this.#tail);
  }

  #hasRoom(bytes: number): boolean {
    if (bytes <= this.#ringBytes - ((this.#tail - this.#knownHead) | 0)) return true;
    this.#knownHead = Atomics.load(this.#words, this.#headWord);
    return bytes <= this.#ringBytes - ((this.#tail - this.#knownHead) | 0);
  }
}
