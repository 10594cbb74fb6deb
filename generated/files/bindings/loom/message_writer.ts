/**
 * What the emitted writers of messages derive from. A writer sets the fields of one message in
 * place. Every value is checked before a byte is written: what a field cannot hold exactly is an
 * error and changes nothing.
 */
import { fieldValue } from './error.ts';
import { parseDecimal } from './exact.ts';

/** Writes messages of one type. Names with `$` are the runtime's. */
export abstract class MessageWriter {
  /** The memory. Declared only, so that it is set once: V8 then treats it as a constant. */
  declare readonly $view: DataView;
  /** Where the message is in it. */
  $at = 0;
  readonly #bytes: Buffer;

  constructor(view: DataView) {
    this.$view = view;
    this.#bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  }

  /** Makes every byte of the message 0. */
  abstract clear(): void;

  /** Moves to the message at `at`. */
  $show(at: number): this {
    this.$at = at;
    return this;
  }

  /** Makes `length` bytes 0. */
  $clear(length: number): void {
    this.#bytes.fill(0, this.$at, this.$at + length);
  }

  /** Writes an i64 at `at`: a bigint, or a number that is a safe integer. */
  $setI64(at: number, value: bigint | number, field: string): void {
    if (typeof value === 'bigint' && value >= -(2n ** 63n) && value < 2n ** 63n) {
      this.$view.setBigInt64(at, value, true);
    } else if (Number.isSafeInteger(value)) {
      this.$setHalves(at, value as number);
    } else {
      throw fieldValue(field, value, 'an integer of 64 bits');
    }
  }

  /** Writes a u64 at `at`: a bigint, or a number that is a safe integer. */
  $setU64(at: number, value: bigint | number, field: string): void {
    if (typeof value === 'bigint' && value >= 0n && value < 2n ** 64n) {
      this.$view.setBigUint64(at, value, true);
    } else if (Number.isSafeInteger(value) && (value as number) >= 0) {
      this.$setHalves(at, value as number);
    } else {
      throw fieldValue(field, value, 'an integer of 64 bits, not negative');
    }
  }

  /** Writes a safe integer as two halves, which makes no bigint. */
  $setHalves(at: number, value: number): void {
    this.$view.setInt32(at, value | 0, true);
    this.$view.setInt32(at + 4, Math.floor(value / 4294967296), true);
  }

  /** Writes a text of at most `length` bytes at `at` and NUL behind it. */
  $setText(at: number, length: number, value: string, field: string): void {
    const isText = typeof value === 'string' && !value.includes('\0');
    if (!isText || /\p{Surrogate}/u.test(value) || Buffer.byteLength(value) > length) {
      throw fieldValue(field, value, `text of at most ${length} bytes of UTF-8 without NUL`);
    }
    const written = this.#bytes.write(value, at, length, 'utf8');
    this.#bytes.fill(0, at + written, at + length);
  }
}

/** The whole number that was given, when it is from `minimum` to `maximum`. */
export function checkedWhole(
  value: number,
  minimum: number,
  maximum: number,
  field: string,
): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw fieldValue(field, value, `a whole number from ${minimum} to ${maximum}`);
}

/** The number that was given; NaN and the infinities are numbers. */
export function checkedNumber(value: number, field: string): number {
  if (typeof value === 'number') return value;
  throw fieldValue(field, value, 'a number');
}

/** 1 for true and 0 for false. */
export function checkedFlag(value: boolean, field: string): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw fieldValue(field, value, 'true or false');
}

/** What a decimal counts: a bigint as it is, a text exactly. */
export function checkedDecimal(value: bigint | string, scale: number, field: string): bigint {
  const count = typeof value === 'string' ? parseDecimal(value, scale) : value;
  if (typeof count === 'bigint') return count;
  throw fieldValue(field, value, `a bigint, or a decimal text of at most ${scale} places`);
}

/** What a decimal of 32 bits counts: a number as it is, a text exactly. */
export function checkedCount(value: number | string, scale: number, field: string): number {
  const count = typeof value === 'string' ? parseDecimal(value, scale) : value;
  if (count !== undefined && typeof value !== 'bigint') return Number(count);
  throw fieldValue(field, value, `a whole number, or a decimal text of at most ${scale} places`);
}
