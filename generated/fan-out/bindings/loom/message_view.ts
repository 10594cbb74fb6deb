/**
 * What the emitted readers of messages derive from. A reader is a place in shared memory, and
 * getters with fixed offsets from it. It is moved from message to message, so that reading
 * allocates nothing but the bigints and texts that are asked for.
 */
import { elementIndex } from './error.ts';

/** Reads messages of one type; `Value` is the plain object of one. Names with `$` are the
 * runtime's. */
export abstract class MessageView<Value> {
  /** The memory. Declared only, so that it is set once: V8 then treats it as a constant. */
  declare readonly $view: DataView;
  /** Where the message is in it. */
  $at = 0;
  #bytes: Buffer | undefined;

  constructor(view: DataView) {
    this.$view = view;
  }

  /** A copy that stays valid after the batch. */
  abstract toObject(): Value;

  /** Moves to the message at `at`. */
  $show(at: number): this {
    this.$at = at;
    return this;
  }

  /** The text in `length` bytes from `at`, up to the first NUL. */
  $text(at: number, length: number): string {
    const { $view } = this;
    this.#bytes ??= Buffer.from($view.buffer, $view.byteOffset, $view.byteLength);
    let end = at;
    while (end < at + length && $view.getUint8(end) !== 0) end += 1;
    return this.#bytes.toString('utf8', at, end);
  }
}

/**
 * An index of an array of `length`, as it was given.
 *
 * @param field what is indexed, for the error.
 * @throws LoomError LOOM6021 when there is no such element.
 */
export function checkedIndex(index: number, length: number, field: string): number {
  if (index >= 0 && index < length && Number.isInteger(index)) return index;
  throw elementIndex(field, index, length);
}
