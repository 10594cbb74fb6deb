/**
 * The ring of requests from JavaScript to a reactor: entries of fixed size, one producer. The
 * counterpart is JsRequestRing in runtime/loom/js_request_table.hpp.
 */
import type { RequestsDescriptor } from './descriptor.ts';
import { jsRequestBytes, ringHeaderBytes, ringWord } from './layout.ts';

const requestWords = jsRequestBytes / 4;

/** The fields of an entry; runtime/loom/js_request.hpp says what they mean. */
export interface RequestEntry {
  kind: number;
  fd: number;
  number: number;
  generation: number;
  memory: number;
  bytes: number;
  slot: number;
  /** 0 to 2^53 - 1. */
  offset: number;
  addressBytes: number;
}

/** The writing end. */
export class RequestRing {
  /** What `push` writes: one object, filled in anew for each entry. */
  readonly entry: RequestEntry = {
    kind: 0,
    fd: 0,
    number: 0,
    generation: 0,
    memory: 0,
    bytes: 0,
    slot: 0,
    offset: 0,
    addressBytes: 0,
  };
  readonly #words: Int32Array;
  readonly #tailWord: number;
  readonly #firstWord: number;
  readonly #mask: number;
  #tail: number;

  /** `words` views the whole shared block. */
  constructor(words: Int32Array, { offset, entries }: RequestsDescriptor) {
    this.#words = words;
    this.#tailWord = offset / 4 + ringWord.tail;
    this.#firstWord = (offset + ringHeaderBytes) / 4;
    this.#mask = entries - 1;
    this.#tail = Atomics.load(words, this.#tailWord);
  }

  /**
   * Publishes `entry`. There is room: of one number at most three entries are unread, a
   * cancellation, the next request and its cancellation, because a number is free again only when
   * the reactor has read what it was used for; and there are four entries for each number.
   */
  push(): void {
    const words = this.#words;
    const { kind, fd, number, generation, memory, bytes, slot, offset } = this.entry;
    const word = this.#firstWord + (this.#tail & this.#mask) * requestWords;
    words[word] = kind | (fd << 16);
    words[word + 1] = number;
    words[word + 2] = generation;
    words[word + 3] = memory;
    words[word + 4] = bytes;
    words[word + 5] = slot;
    // Of a number the bitwise operators take the low 32 bits.
    words[word + 6] = offset | 0;
    words[word + 7] = Math.floor(offset / 2 ** 32);
    words[word + 8] = this.entry.addressBytes;
    this.#tail = (this.#tail + 1) | 0;
    Atomics.store(words, this.#tailWord, this.#tail);
  }
}
