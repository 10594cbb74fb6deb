/**
 * The leaves of the config's schema: sizes, durations, whole numbers, choices, names and paths.
 *
 * Each leaf is a valibot schema that carries its own description as metadata. One description
 * gives the type, the check, the JSON Schema and the words of the diagnostic, so that none of
 * them can say something the others do not.
 */
import * as v from 'valibot';

/** Bytes: a whole number, or a number with a binary suffix (1K is 1024). */
export type Size = number | `${number}${'K' | 'M' | 'G'}`;

/** A time with its unit: `20us`, `1.5ms`, `5s`. */
export type Duration = `${number}${'ns' | 'us' | 'ms' | 's' | 'm' | 'h'}`;

/** What a leaf accepts; ranges are inclusive and in the unit of its output. */
export type Leaf =
  | { kind: 'integer'; unit: string; minimum: number; maximum: number; powerOfTwo: boolean }
  | { kind: 'size'; minimum: number; maximum: number; powerOfTwo: boolean }
  | { kind: 'duration'; minimum: number; maximum: number }
  | { kind: 'choice'; words: string; choices: readonly string[] }
  | { kind: 'flag' }
  | { kind: 'text'; words: string };

const sizeUnits: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const durationUnits: Record<string, number> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Bytes of a size (`64K`, `65536`), or undefined when it is not one or not whole bytes. */
export function parseSize(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  const match = typeof value === 'string' ? /^(\d{1,15}(?:\.\d{1,6})?)([KMG])$/.exec(value) : null;
  if (match === null) return undefined;
  const bytes = Number(match[1]) * (sizeUnits[match[2] ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Nanoseconds of a duration, or undefined when it is not one or not a whole number of them. */
export function parseDuration(value: unknown): number | undefined {
  const match =
    typeof value === 'string' ? /^(\d{1,15}(?:\.\d{1,9})?)(ns|us|ms|s|m|h)$/.exec(value) : null;
  if (match === null) return undefined;
  const nanoseconds = Number(match[1]) * (durationUnits[match[2] ?? ''] ?? Number.NaN);
  const rounded = Math.round(nanoseconds);
  // 1.1ms is 1100000.0000000002 in binary floating point and still a whole number of them.
  return Number.isSafeInteger(rounded) && Math.abs(nanoseconds - rounded) < 1e-3
    ? rounded
    : undefined;
}

/** True for 1, 2, 4, 8 … */
export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

function fitsSize(leaf: Extract<Leaf, { kind: 'size' }>, value: unknown): boolean {
  const bytes = parseSize(value);
  if (bytes === undefined || bytes < leaf.minimum || bytes > leaf.maximum) return false;
  return !leaf.powerOfTwo || isPowerOfTwo(bytes);
}

/** A whole number of `unit` from `minimum` to `maximum`. */
export function integer(
  unit: string,
  minimum: number,
  maximum: number,
  shape: 'power of two' | 'any' = 'any',
) {
  const powerOfTwo = shape === 'power of two';
  return v.pipe(
    v.number(),
    v.integer(),
    v.minValue(minimum),
    v.maxValue(maximum),
    v.check((value) => !powerOfTwo || isPowerOfTwo(value)),
    v.metadata({ leaf: { kind: 'integer', unit, minimum, maximum, powerOfTwo } satisfies Leaf }),
  );
}

/** A size; its output is bytes. Limits are sizes too, so that the table reads as a user writes. */
export function size(minimum: Size, maximum: Size, shape: 'power of two' | 'any' = 'any') {
  const leaf: Extract<Leaf, { kind: 'size' }> = {
    kind: 'size',
    minimum: parseSize(minimum) ?? 0,
    maximum: parseSize(maximum) ?? 0,
    powerOfTwo: shape === 'power of two',
  };
  return v.pipe(
    v.custom<Size>((value) => fitsSize(leaf, value)),
    v.metadata({ leaf }),
    v.transform((value) => parseSize(value) ?? 0),
  );
}

/** A duration; its output is nanoseconds. */
export function duration(minimum: Duration, maximum: Duration) {
  const leaf: Extract<Leaf, { kind: 'duration' }> = {
    kind: 'duration',
    minimum: parseDuration(minimum) ?? 0,
    maximum: parseDuration(maximum) ?? 0,
  };
  const fits = (value: unknown): boolean => {
    const nanoseconds = parseDuration(value);
    return nanoseconds !== undefined && nanoseconds >= leaf.minimum && nanoseconds <= leaf.maximum;
  };
  return v.pipe(
    v.custom<Duration>(fits),
    v.metadata({ leaf }),
    v.transform((value) => parseDuration(value) ?? 0),
  );
}

/** One of a closed list of words. */
export function choice<const Choices extends readonly string[]>(choices: Choices) {
  const quoted = choices.map((each) => `'${each}'`);
  const words = choices.length === 2 ? quoted.join(' or ') : `one of ${quoted.join(', ')}`;
  return v.pipe(
    v.picklist(choices),
    v.metadata({ leaf: { kind: 'choice', words, choices } satisfies Leaf }),
  );
}

/** Several forms of one field; `words` names them all in the diagnostic. */
export function oneOf<const Options extends v.UnionOptions>(words: string, options: Options) {
  const choices = options.flatMap((option) =>
    option.type === 'literal' ? [String((option as unknown as { literal: unknown }).literal)] : [],
  );
  return v.pipe(
    v.union(options),
    v.metadata({ leaf: { kind: 'choice', words, choices } satisfies Leaf }),
  );
}

/** true or false. */
export function flag() {
  return v.pipe(v.boolean(), v.metadata({ leaf: { kind: 'flag' } satisfies Leaf }));
}

/** Any string; what it must say is a later check, with a diagnostic of its own. */
export function text(words: string) {
  return v.pipe(v.string(), v.metadata({ leaf: { kind: 'text', words } satisfies Leaf }));
}

/** The leaf description that a schema carries, if it is a leaf. */
export function leafOf(schema: unknown): Leaf | undefined {
  const pipe = (schema as { pipe?: readonly { type: string; metadata?: { leaf?: Leaf } }[] }).pipe;
  return pipe?.find((item) => item.type === 'metadata')?.metadata?.leaf;
}

/** Bytes as a user writes them: 65536 is `64K`. */
export function showSize(bytes: number): string {
  for (const unit of ['G', 'M', 'K'] as const) {
    const factor = sizeUnits[unit] ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** Nanoseconds as a user writes them: 20000 is `20us`. */
export function showDuration(nanoseconds: number): string {
  for (const unit of ['h', 'm', 's', 'ms', 'us'] as const) {
    const factor = durationUnits[unit] ?? 1;
    if (nanoseconds >= factor && nanoseconds % factor === 0)
      return `${nanoseconds / factor}${unit}`;
  }
  return `${nanoseconds}ns`;
}

/** What a leaf expects, in words for a diagnostic. */
export function expectedOf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'integer': {
      const number = leaf.powerOfTwo ? 'a power of two' : 'a whole number';
      return `${number} (${leaf.unit}) from ${leaf.minimum} to ${leaf.maximum}`;
    }
    case 'size': {
      const range = `from ${showSize(leaf.minimum)} to ${showSize(leaf.maximum)}`;
      return leaf.powerOfTwo ? `a power of two ${range}` : `a size ${range}`;
    }
    case 'duration':
      return `a duration from ${showDuration(leaf.minimum)} to ${showDuration(leaf.maximum)}`;
    case 'flag':
      return 'true or false';
    default:
      return leaf.words;
  }
}

/** The key of a reactor. */
export const reactorName = () => text("the name of a reactor, such as 'main'");
