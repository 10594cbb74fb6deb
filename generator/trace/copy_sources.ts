/**
 * Copies of the user's C++ for a profiling build. What the handlers and `native.sources` include by
 * a path of the user's is copied with them, into the same places relative to each other, so that
 * no header is compiled twice under two names; those that the config declares get zones on the way.
 * The sources themselves are only read.
 */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Ir } from '../../schemas/ir.ts';
import { includesOf } from '../cpp_includes.ts';
import { commonFolder, isBelow } from '../folders.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import type { Files } from '../render.ts';
import { macrosOf } from './cpp_suspensions.ts';
import { type CppTraceWarning, cppLiteral, traceCpp } from './cpp_zones.ts';
import type { CppParser } from './cpp_tree.ts';
import type { TraceRules } from './rules.ts';

/** Where the copies are, in the output folder. */
const copyFolder = 'traced';

/** Files that one program copies, at most; what is included beyond stays where it is. */
const maximumCopies = 4096;

/** What is copied, and how it is traced. */
export interface SourceOptions {
  /** The output folder, absolute; paths of the IR are relative to it. */
  out: string;
  /** The folder of the config, absolute; globs are relative to it. */
  folder: string;
  /** Whether a file gets zones if it is neither the handlers' nor one of `native.sources`, by its
   * path relative to the config; asked once for each file. */
  isTraced: (path: string) => boolean;
  rules: TraceRules;
}

/** The copies, and a program that is made of them. */
export interface CopiedSources {
  ir: Ir;
  files: Files;
  diagnostics: Diagnostic[];
}

/** What is reached from the sources of a program. */
interface Reachable {
  /** By absolute paths. */
  texts: Map<string, string>;
  /** Why the others are not copied, by absolute paths. */
  skipped: Map<string, 'encoding' | 'many'>;
}

/** The texts of `roots` and of all that they include. */
function reachable(roots: readonly string[], folders: readonly string[], out: string): Reachable {
  const texts = new Map<string, string>();
  const skipped: Reachable['skipped'] = new Map();
  const open = [...roots];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (texts.has(path) || skipped.has(path) || isBelow(path, out)) continue;
    if (texts.size === maximumCopies) {
      skipped.set(path, 'many');
      continue;
    }
    const bytes = readFileSync(path);
    // A copy in another encoding would be another text.
    if (!isUtf8(bytes)) {
      skipped.set(path, 'encoding');
      continue;
    }
    const text = bytes.toString('utf8');
    texts.set(path, text);
    for (const included of includesOf(text, path, folders)) open.push(included.path);
  }
  return { texts, skipped };
}

/** Why functions have no zone, in words. */
const reasons: Readonly<Record<CppTraceWarning['why'] | 'encoding', string>> = {
  constant: 'the compiler may have to evaluate it',
  macro: 'a macro makes it',
  asked: 'it asks for that',
  naked: 'it consists of assembly',
  suspends: 'a macro, or a branch of #if, may suspend it unseen',
  branches: 'its braces stand in different branches of #if',
  unparsed: 'its syntax was not understood',
  braces: 'its braces do not match',
  size: 'it is too long to be parsed',
  module: 'it is a unit of a C++ module',
  encoding: 'it is no UTF-8, and a copy would be another text',
};

/** Says of a function, or of a whole file, that it has no zones. */
function noZone(file: string, reason: string, line = 1, name: string | null = null): Diagnostic {
  const holes = { what: name === null ? 'This file' : name, reason };
  return diagnostic('LOOM7010', holes, { place: { file, line, column: 1, length: 1 } });
}

function warningOf({ line, name, why }: CppTraceWarning, file: string): Diagnostic {
  return noZone(file, reasons[why], line, name);
}

/** What is said of files that are not copied; of those that are too many, by the first of them. */
function skippedWarnings(
  skipped: Reachable['skipped'],
  isWanted: (path: string) => boolean,
): Diagnostic[] {
  const wanted = [...skipped].filter(([path]) => isWanted(path));
  const many = wanted.filter(([, why]) => why === 'many');
  const shown = wanted.filter((each) => each[1] !== 'many' || each === many[0]);
  return shown.map(([path, why]) => {
    if (why !== 'many') return noZone(path, reasons[why]);
    const others = many.length === 1 ? 'it comes' : `it and ${many.length - 1} others come`;
    return noZone(path, `${others} after the ${maximumCopies} files that are copied`);
  });
}

/** A copy that is compiled under the path of the original. */
function untraced(text: string, path: string): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return `${mark}#line 1 ${cppLiteral(path)}${newline}${text.slice(mark.length)}`;
}

/**
 * Copies what a program is compiled from.
 *
 * @param ir with paths relative to `options.out`.
 */
export function copySources(parser: CppParser, ir: Ir, options: SourceOptions): CopiedSources {
  const { out, folder, isTraced, rules } = options;
  const absolute = (path: string): string => resolve(out, path);
  const header = ir.handlersHeader === null ? [] : [ir.handlersHeader];
  const roots = [...header, ...ir.native.sources].map(absolute);
  if (roots.length === 0) return { ir, files: new Map(), diagnostics: [] };
  const folders = ir.native.includeDirectories.map(absolute);
  const { texts, skipped } = reachable(roots, folders, out);
  const base = commonFolder([...texts.keys()]);
  const place = (path: string): string => {
    return [copyFolder, ...relative(base, path).split(sep)].filter((part) => part !== '').join('/');
  };
  const files: Files = new Map();
  const rulesPathOf = (path: string): string => relative(folder, path).split(sep).join('/');
  const isWanted = (path: string): boolean => roots.includes(path) || isTraced(rulesPathOf(path));
  const diagnostics = skippedWarnings(skipped, isWanted);
  const macros = macrosOf(texts.values());
  for (const [path, text] of texts) {
    const rulesPath = rulesPathOf(path);
    if (!isWanted(path)) {
      files.set(place(path), untraced(text, path));
      continue;
    }
    const traced = traceCpp(parser, text, { path, rulesPath, rules, macros });
    diagnostics.push(...traced.warnings.map((each) => warningOf(each, path)));
    files.set(place(path), traced.text === text ? untraced(text, path) : traced.text);
  }
  return { ir: movedIr(ir, { texts, folders, roots, place, out }), files, diagnostics };
}

/** Where things went. */
interface Moved {
  texts: ReadonlyMap<string, string>;
  folders: readonly string[];
  roots: readonly string[];
  /** The place of a copy, relative to the output folder. */
  place: (path: string) => string;
  out: string;
}

/** The program that is made of the copies. */
function movedIr(ir: Ir, { texts, folders, roots, place, out }: Moved): Ir {
  const moved = (path: string): string => {
    const original = resolve(out, path);
    return texts.has(original) ? place(original) : path;
  };
  const copied = folders.filter((each) => [...texts.keys()].some((path) => isBelow(path, each)));
  // What no copy has, such as a file that a macro names, is found beside the originals.
  const beside = [...new Set(roots.map((path) => dirname(path)))].map((each) => {
    return relative(out, each).split(sep).join('/') || '.';
  });
  const known = ir.native.includeDirectories;
  return {
    ...ir,
    handlersHeader: ir.handlersHeader === null ? null : moved(ir.handlersHeader),
    native: {
      ...ir.native,
      sources: ir.native.sources.map(moved),
      includeDirectories: [...new Set([...copied.map(place), ...known, ...beside])],
    },
  };
}
