/**
 * Turns what a config exports into plain data, or says what in it is not. It runs beside the
 * config, in its thread: getters and proxies are the config's own code.
 */

/** Something that a config may not contain, and where. */
export interface NotPlain {
  path: (string | number)[];
  /** In words: `a function`, `an instance of Map`. */
  kind: string;
  /** Set when a bound was passed; names the bound. */
  limit?: string;
}

const maximumDepth = 64;
const maximumValues = 200_000;
const maximumCharacters = 2 ** 20;
const maximumProblems = 20;

interface Walk {
  problems: NotPlain[];
  ancestors: Set<object>;
  values: number;
}

function kindOf(value: object): string | undefined {
  if (Array.isArray(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return undefined;
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise';
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'a class instance';
}

function problem(walk: Walk, path: (string | number)[], kind: string, limit?: string): undefined {
  if (walk.problems.length < maximumProblems) {
    walk.problems.push(limit === undefined ? { path, kind } : { path, kind, limit });
  }
  return undefined;
}

function copyObject(value: object, path: (string | number)[], walk: Walk): unknown {
  const foreign = kindOf(value);
  if (foreign !== undefined) return problem(walk, path, foreign);
  if (walk.ancestors.has(value)) return problem(walk, path, 'an object that contains itself');
  if (path.length >= maximumDepth) return problem(walk, path, '', `${maximumDepth} levels`);
  walk.ancestors.add(value);
  let copied: unknown;
  if (Array.isArray(value)) {
    copied = Array.from(value, (item, index) => copy(item, [...path, index], walk));
  } else {
    if (Object.getOwnPropertySymbols(value).length > 0) problem(walk, path, 'keyed by a symbol');
    const entries = Object.keys(value).map((key) => {
      return [key, copy((value as Record<string, unknown>)[key], [...path, key], walk)] as const;
    });
    copied = Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }
  walk.ancestors.delete(value);
  return copied;
}

function copy(value: unknown, path: (string | number)[], walk: Walk): unknown {
  walk.values += 1;
  if (walk.values > maximumValues) {
    return walk.values === maximumValues + 1
      ? problem(walk, path, '', `${maximumValues} values`)
      : undefined;
  }
  switch (typeof value) {
    case 'object':
      return value === null ? null : copyObject(value, path, walk);
    case 'string':
      return value.length <= maximumCharacters
        ? value
        : problem(walk, path, '', `${maximumCharacters} characters`);
    case 'function':
      return problem(walk, path, /^class\b/.test(String(value)) ? 'a class' : 'a function');
    case 'symbol':
    case 'bigint':
      return problem(walk, path, `a ${typeof value}`);
    default:
      return value;
  }
}

/** A copy of the value that holds nothing but plain data, and everything that did not fit. */
export function toPlainData(value: unknown): { value: unknown; problems: NotPlain[] } {
  const walk: Walk = { problems: [], ancestors: new Set(), values: 0 };
  const copied = copy(value, [], walk);
  return { value: copied, problems: walk.problems };
}
