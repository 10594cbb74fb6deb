/**
 * Whole numbers of 64 bits and decimals, as text and back, without a double ever standing for more
 * than it holds. A number comes as its two halves of 32 bits, so that reading it makes no bigint
 * where text or a comparison is all that is wanted.
 */

/** 2^32. */
const halfRange = 4294967296;
/** Halves above this (below its negative) do not make a safe integer: 2^53 / 2^32. */
const safeHigh = 2097152;

/** The digits of high × 2^32 + low; `high` is signed for an i64 and unsigned for a u64. */
export function wholeText(high: number, low: number): string {
  // Half of 2^53 and less: the sum is exact as a double, and far quicker than a bigint.
  if (high >= -safeHigh && high < safeHigh) return String(high * halfRange + low);
  return ((BigInt(high) << 32n) | BigInt(low)).toString();
}

/** Puts the point before the last `scale` of some digits: `-5` with 2 places is `-0.05`. */
export function withPoint(digits: string, scale: number): string {
  if (scale === 0) return digits;
  const sign = digits.startsWith('-') ? '-' : '';
  const padded = digits.slice(sign.length).padStart(scale + 1, '0');
  const point = padded.length - scale;
  return `${sign}${padded.slice(0, point)}.${padded.slice(point)}`;
}

/** A decimal of `scale` places in two halves, as text with all its places. */
export function decimalText(high: number, low: number, scale: number): string {
  return withPoint(wholeText(high, low), scale);
}

/**
 * The count of 10^-scale that a text says, or undefined when it says none exactly: digits, a point
 * and digits, `-` before them. Zeros behind the last place are allowed; nothing is rounded.
 */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const [, sign = '', whole, fraction = ''] = /^(-?)(\d{1,40})(?:\.(\d{1,60}))?$/.exec(text) ?? [];
  if (whole === undefined || /[1-9]/.test(fraction.slice(scale))) return undefined;
  return BigInt(`${sign}${whole}${fraction.slice(0, scale).padEnd(scale, '0')}`);
}
