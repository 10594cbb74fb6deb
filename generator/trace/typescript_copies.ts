/**
 * The copies of a user's TypeScript in the output folder of a profiling build: with zones, beside
 * the bindings that know the profiler. The originals are only read. What a copy imports is the copy
 * of it where there is one, the bindings of the profiling build instead of those of the plain one,
 * and the original of everything else.
 */
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../report/diagnostic.ts';
import type { TraceRules } from './rules.ts';
import { inlineMap, traceTypeScript } from './typescript.ts';

/** What is copied, and from where to where. Folders and files are absolute paths. */
export interface TypeScriptCopies {
  /** The text of each source. */
  sources: ReadonlyMap<string, string>;
  /** The config's folder: rules, zones and warnings name files relative to it. */
  folder: string;
  /** The output folder of the plain build, whose bindings the sources import. */
  plainOut: string;
  /** The output folder of the profiling build. */
  traceOut: string;
  rules: TraceRules;
}

const slashes = (path: string): string => path.split(sep).join('/');

/** The way from a file to another, as an import writes it. */
function specifierTo(from: string, to: string): string {
  const way = slashes(relative(dirname(from), to));
  return way.startsWith('.') ? way : `./${way}`;
}

/** The innermost folder that holds all files. */
function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? '/');
  const holds = (file: string) => !slashes(relative(folder, file)).startsWith('../');
  while (!files.every(holds)) folder = dirname(folder);
  return folder;
}

/** A path in the plain output folder, relative to it; undefined for one outside. */
function insideOf(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way;
}

/**
 * Makes the copies.
 *
 * @returns their texts by their paths in the output folder, below `typescript/`, each with a source
 * map to its original; and as warnings what got no zones.
 */
export function copyTypeScript({ sources, folder, plainOut, traceOut, rules }: TypeScriptCopies): {
  files: Map<string, string>;
  diagnostics: Diagnostic[];
} {
  const common = commonFolder([...sources.keys()]);
  const pathOf = (file: string): string => `typescript/${slashes(relative(common, file))}`;
  const files = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const [file, text] of sources) {
    const copy = join(traceOut, pathOf(file));
    const imported = (specifier: string): string => {
      if (!/^\.\.?\//.test(specifier)) return specifier;
      const target = resolve(dirname(file), specifier);
      if (sources.has(target)) return specifierTo(copy, join(traceOut, pathOf(target)));
      const inside = insideOf(plainOut, target);
      return specifierTo(copy, inside === undefined ? target : join(traceOut, inside));
    };
    const path = slashes(relative(folder, file));
    const runtime = specifierTo(copy, join(traceOut, 'bindings/loom/trace.ts'));
    const traced = traceTypeScript(text, { path, rules, runtime, imported });
    files.set(pathOf(file), inlineMap(traced, specifierTo(copy, file)));
    for (const warning of traced.warnings) {
      const place = warning.place === undefined ? {} : { place: { ...warning.place, file } };
      diagnostics.push({ ...warning, ...place });
    }
  }
  return { files, diagnostics };
}
