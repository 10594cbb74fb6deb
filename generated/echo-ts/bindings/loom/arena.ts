/**
 * The arena of a reactor: the part of its shared block that requests read into and write from. It
 * is given out in runs of whole blocks; each block counts who needs it, so that memory that the
 * kernel still works with is never given out again, whatever becomes of the object that lent it.
 */
/** Bytes of one block. */
export const arenaBlockBytes = 512;

/** What `hold` says of bytes that are not of this arena. */
export const isElsewhere = -1;
/** What `hold` says of bytes of this arena that were lent and have been disposed. */
export const isReturned = -2;

/** Memory of an arena that was lent: `bytes` is read and written without a copy. */
export interface SharedBuffer extends Disposable {
  /** Shared memory, until the buffer is disposed; a part of it (`subarray`) may be used too. */
  readonly bytes: Uint8Array;
}

/** The blocks of one arena. */
export class Arena {
  readonly #memory: SharedArrayBuffer;
  readonly #offset: number;
  /** How many need each block: who lent it, and requests in flight. */
  readonly #needed: Uint16Array;
  /** Where the next search begins. */
  #next = 0;
  #free: number;

  /** `offset` and `bytes` in the shared block, multiples of arenaBlockBytes. */
  constructor(memory: SharedArrayBuffer, offset: number, bytes: number) {
    this.#memory = memory;
    this.#offset = offset;
    this.#needed = new Uint16Array(bytes / arenaBlockBytes);
    this.#free = this.#needed.length;
  }

  /** All of its bytes. */
  get bytes(): number {
    return this.#needed.length * arenaBlockBytes;
  }

  /** Whether at least half of it is free: the mark for going on after a refusal. */
  get isHalfFree(): boolean {
    return this.#free * 2 >= this.#needed.length;
  }

  /** Where `bytes` begin within the arena, or -1 when no run of that length is free. */
  take(bytes: number): number {
    const blocks = Math.max(1, Math.ceil(bytes / arenaBlockBytes));
    if (blocks > this.#free) return -1;
    let at = this.#find(blocks, this.#next, this.#needed.length);
    if (at < 0) at = this.#find(blocks, 0, Math.min(this.#next + blocks, this.#needed.length));
    if (at < 0) return -1;
    this.#needed.fill(1, at, at + blocks);
    this.#free -= blocks;
    this.#next = at + blocks;
    return at * arenaBlockBytes;
  }

  /** One that needed these bytes does not any more. */
  release(at: number, bytes: number): void {
    const end = lastBlock(at, bytes);
    for (let block = Math.floor(at / arenaBlockBytes); block <= end; block += 1) {
      const needed = (this.#needed[block] as number) - 1;
      this.#needed[block] = needed;
      if (needed === 0) this.#free += 1;
    }
  }

  /**
   * Where `bytes` lie within the arena, from now on needed by one more; `isElsewhere` or
   * `isReturned`: nothing changed.
   */
  hold(bytes: Uint8Array): number {
    const at = bytes.byteOffset - this.#offset;
    if ((bytes.buffer as ArrayBufferLike) !== this.#memory) return isElsewhere;
    const first = Math.floor(at / arenaBlockBytes);
    const end = lastBlock(at, bytes.length);
    for (let block = first; block <= end; block += 1) {
      if ((this.#needed[block] ?? 0) === 0) return isReturned;
    }
    for (let block = first; block <= end; block += 1) {
      this.#needed[block] = (this.#needed[block] as number) + 1;
    }
    return at;
  }

  /** Lends `bytes`, or gives undefined when no run of that length is free. */
  lend(bytes: number): SharedBuffer | undefined {
    const at = this.take(bytes);
    if (at < 0) return undefined;
    let isLent = true;
    return {
      bytes: new Uint8Array(this.#memory, this.#offset + at, bytes),
      [Symbol.dispose]: () => {
        if (isLent) this.release(at, bytes);
        isLent = false;
      },
    };
  }

  /** The first of `blocks` free ones in a row, from `from` on and before `to`; -1 without any. */
  #find(blocks: number, from: number, to: number): number {
    let run = 0;
    for (let block = from; block < to; block += 1) {
      run = this.#needed[block] === 0 ? run + 1 : 0;
      if (run === blocks) return block - blocks + 1;
    }
    return -1;
  }
}

/** The last block that bytes from `at` on reach; they reach one at least. */
function lastBlock(at: number, bytes: number): number {
  return Math.floor((at + Math.max(1, bytes) - 1) / arenaBlockBytes);
}
