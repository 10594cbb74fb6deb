/** Small parts of arbitrary configs. */
import fc from 'fast-check';

/** Whether something is so. */
export const flag = fc.boolean();

/** 2^minimum to 2^maximum. */
export const powerOfTwo = (minimum: number, maximum: number) =>
  fc.integer({ min: minimum, max: maximum }).map((exponent) => 2 ** exponent);

/** An object that has any of these. */
export const optional = <Shape extends Record<string, fc.Arbitrary<unknown>>>(shape: Shape) =>
  fc.record(shape, { requiredKeys: [] });
