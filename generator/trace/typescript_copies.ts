/**
 * The copies of a user's TypeScript in the output folder of a profiling build: with zones, beside
 * the bindings that know the profiler. The originals are only read. What a copy imports is the copy
 * of it where there is one, the bindings of the profiling build instead of those of the plain one,
 * and the original of everything else. What cannot be traced is not copied.
 */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ts } from 'ts-morph';
import { commonFolder, isBelow } from '../folders.ts';
import type { Diagnostic } from '../report/diagnostic.ts';
import type { TraceRules } from './rules.ts';
import { inlineMap, traceModule } from './typescript.ts';
import { isRelative, readModule, sourceOf } from './typescript_modules.ts';
import type { Renames } from './typescript_renames.ts';

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
  /** By what name sources import the plain build's package; default: it has none. */
  packageName?: string | undefined;
  rules: TraceRules;
}

const slashes = (path: string): string => path.split(sep).join('/');

/** The way from a file to another, as an import writes it. */
function specifierTo(from: string, to: string): string {
  const way = slashes(relative(dirname(from), to));
  return isRelative(way) ? way : `./${way}`;
}

/** A path in the plain output folder, relative to it; undefined for one outside. */
function insideOf(folder: string, path: string): string | undefined {
  return path === folder || isBelow(path, folder) ? relative(folder, path) : undefined;
}

/** What a package made of an output folder exports: the bindings, once more. */
const packaged = /^(?:dist(?:\/index(?:\.c?js|\.d\.c?ts)?)?)?$/;

const bindings = 'bindings/index.ts';

/** Where a path in the plain output folder is in that of the profiling build, relative to it. */
function tracedPath(inside: string): string {
  return packaged.test(slashes(inside)) ? bindings : inside;
}

/** How the copy of one file names what the file names. */
function renamesOf(
  file: string,
  { plainOut, traceOut, packageName }: TypeScriptCopies,
  copies: ReadonlyMap<string, unknown>,
  copyOf: (path: string) => string,
): Renames {
  const copy = copyOf(file);
  const imported = (specifier: string): string => {
    if (specifier === packageName) return specifierTo(copy, join(traceOut, bindings));
    if (!isRelative(specifier)) return specifier;
    const target = resolve(dirname(file), specifier);
    // As it is written: what finds './b.ts' by './b.js' finds the copy by it too.
    if (sourceOf(target, copies) !== undefined) return specifierTo(copy, copyOf(target));
    const inside = insideOf(plainOut, target);
    const moved = inside === undefined ? target : join(traceOut, tracedPath(inside));
    return specifierTo(copy, moved);
  };
  const beside = (address: string): string => {
    // With a scheme, or from the root: the same from everywhere. What no file can have stays too.
    if (/^(?:[a-z][a-z\d+.-]*:|[/#?\\]|$)|%(?:2f|5c)/i.test(address)) return address;
    const { href, search, hash } = new URL(address, pathToFileURL(file));
    const target = fileURLToPath(href);
    const inside = insideOf(plainOut, target);
    const outside = inside === undefined ? target : join(traceOut, inside);
    const moved = copies.has(target) ? copyOf(target) : outside;
    const end = target.endsWith(sep) ? '/' : '';
    const way = specifierTo(copy, moved).split('/').map(encodeURIComponent).join('/');
    return `${way}${way.endsWith('/') ? '' : end}${search}${hash}`;
  };
  return { imported, beside };
}

/** A warning with the whole path of its file. */
function withFile(warning: Diagnostic, file: string): Diagnostic {
  return warning.place === undefined ? warning : { ...warning, place: { ...warning.place, file } };
}

/**
 * Makes the copies.
 *
 * @returns their texts by their paths in the output folder, below `typescript/`, each with a source
 * map to its original; and as warnings what got no zones, was not copied, or asks where it is.
 */
export function copyTypeScript(given: TypeScriptCopies): {
  files: Map<string, string>;
  diagnostics: Diagnostic[];
} {
  const { sources, folder, traceOut, rules } = given;
  const modules = new Map<string, ts.SourceFile>();
  const diagnostics: Diagnostic[] = [];
  const shortPath = (file: string): string => slashes(relative(folder, file));
  for (const [file, text] of sources) {
    const read = readModule(shortPath(file), text);
    if ('file' in read) modules.set(file, read.file);
    else diagnostics.push(withFile(read.obstacle, file));
  }
  const files = new Map<string, string>();
  const common = commonFolder([...sources.keys()]);
  const pathOf = (file: string): string => slashes(join('typescript', relative(common, file)));
  const copyOf = (path: string): string => join(traceOut, pathOf(path));
  for (const [file, module] of modules) {
    const copy = copyOf(file);
    const renames = renamesOf(file, given, modules, copyOf);
    const runtime = specifierTo(copy, join(traceOut, 'bindings/loom/trace.ts'));
    const traced = traceModule(module, { path: shortPath(file), rules, runtime, renames });
    files.set(pathOf(file), inlineMap(traced, specifierTo(copy, file)));
    diagnostics.push(...traced.warnings.map((warning) => withFile(warning, file)));
  }
  return { files, diagnostics };
}
