/**
 * What is traced and what is not, as the config's `trace` says it. The same rules hold for C++ and
 * for TypeScript; names are compared as they are written in that language.
 */

/** The rules of one build. */
export interface TraceRules {
  /**
   * Globs of paths and of names; empty: everything. A function is traced when its file or its name
   * matches one of them. `*` stands for anything but a `/`, `**` for that too, `?` for one
   * character.
   */
  include: readonly string[];
  /** Globs as those above, of what is left alone; they win. */
  exclude: readonly string[];
  /** The fewest lines that a body has, from brace to brace; 1: every body. */
  minimumBodyLines: number;
  /** Colours as 0xRRGGBB, by the name of the function or of what encloses it (`Echo`). */
  colours: ReadonlyMap<string, number>;
  /** Where globs are noted that match a file or a function; default: nowhere. */
  matched?: Set<string>;
}

/** Rules under which everything is traced, in the viewer's own colours. */
export const everything: TraceRules = {
  include: [],
  exclude: [],
  minimumBodyLines: 1,
  colours: new Map(),
};

/** A glob as an expression that matches the whole of a text. */
function expression(glob: string): RegExp {
  const source = glob.replace(/\*\*\/?|[*?]|[^*?]+/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replace(/[\\^$.|+()[\]{}/-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}

/** Answers whether functions of one file are traced, by their names and lines. */
export type Selection = (name: string, bodyLines: number) => boolean;

/**
 * The rules for one file.
 *
 * @param path as the rules name it, relative to the config.
 */
export function selectionOf(path: string, rules: TraceRules): Selection {
  const compiled = (globs: readonly string[]) =>
    globs.map((glob) => ({ glob, regex: expression(glob) }));
  const include = compiled(rules.include);
  const exclude = compiled(rules.exclude);
  const { matched } = rules;
  const matches = (globs: typeof include, name: string): boolean => {
    const fits = ({ regex }: { regex: RegExp }): boolean => regex.test(path) || regex.test(name);
    if (matched === undefined) return globs.some(fits);
    const found = globs.filter(fits);
    for (const { glob } of found) matched.add(glob);
    return found.length > 0;
  };
  // A file without functions is matched too.
  if (matched !== undefined) for (const globs of [include, exclude]) matches(globs, path);
  return (name, bodyLines) => {
    const isWanted = include.length === 0 || matches(include, name);
    return !matches(exclude, name) && isWanted && bodyLines >= rules.minimumBodyLines;
  };
}

/**
 * The colour of a function: that of the longest name that is its own or encloses it.
 *
 * @param separator what stands between the parts of a name, such as `::`.
 * @returns 0xRRGGBB; 0 leaves the choice to the viewer.
 */
export function colourOf(name: string, separator: string, rules: TraceRules): number {
  const parts = name.split(separator);
  for (let count = parts.length; count > 0; count -= 1) {
    const colour = rules.colours.get(parts.slice(0, count).join(separator));
    if (colour !== undefined) return colour;
  }
  return 0;
}
