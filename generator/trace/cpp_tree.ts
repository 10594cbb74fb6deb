/**
 * The parser of C++: tree-sitter-cpp, run as WebAssembly by web-tree-sitter, so that no compiler is
 * needed to install it. It knows the grammar alone, no types and no preprocessor; what uses it has
 * to leave alone what a macro might mean. Offsets are in UTF-16 units, as in a JavaScript string.
 * Loading takes some 60 ms, so this module is imported only where a tree is wanted.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Language, Parser, Query, type Tree } from 'web-tree-sitter';
import { packageRoot } from '../package_root.ts';

/** A parser that is ready. One at a time is enough: parsing does not wait for anything. */
export interface CppParser {
  /**
   * Parses a text. The tree lies in the WebAssembly memory until `delete` is called on it.
   *
   * @throws when the parser gives up (a bug).
   */
  parse(text: string): Tree;
  /** A query of tree-sitter's pattern language, made once for each pattern. */
  query(pattern: string): Query;
}

let opened: Promise<CppParser> | undefined;

/** The grammar: beside the bundle, or in a checkout where npm put it. */
function grammarPath(): string {
  const bundled = join(packageRoot(), 'dist', 'tree-sitter-cpp.wasm');
  if (existsSync(bundled)) return bundled;
  return createRequire(import.meta.url).resolve('tree-sitter-cpp/tree-sitter-cpp.wasm');
}

async function open(): Promise<CppParser> {
  await Parser.init();
  const language = await Language.load(readFileSync(grammarPath()));
  const parser = new Parser().setLanguage(language);
  const queries = new Map<string, Query>();
  return {
    parse: (text) => {
      const tree = parser.parse(text);
      if (tree === null) throw new Error('the parser of C++ gave no tree');
      return tree;
    },
    query: (pattern) => {
      const known = queries.get(pattern);
      if (known !== undefined) return known;
      const made = new Query(language, pattern);
      queries.set(pattern, made);
      return made;
    },
  };
}

/**
 * Loads the parser, once in a process.
 *
 * @throws when loomgen's installation lacks the grammar.
 */
export function openCppTree(): Promise<CppParser> {
  opened ??= open();
  return opened;
}
