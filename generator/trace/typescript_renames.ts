/**
 * What a copy of a module names otherwise than the original: files, which are elsewhere as seen
 * from the copy. What names them only when the program runs cannot be found, and is said.
 */
import type MagicString from 'magic-string';
import { ts } from 'ts-morph';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import { nodesOf } from './typescript_functions.ts';
import { isImportMeta, placeIn } from './typescript_modules.ts';

/** How a copy names what the original names. */
export interface Renames {
  /** What an import, an export or `import.meta.resolve()` names. */
  imported: (specifier: string) => string;
  /** What `new URL(…, import.meta.url)` names. */
  beside: (address: string) => string;
}

/** Whether a node is `import.meta.name`, and which name. */
function metaName(node: ts.Node | undefined): string | undefined {
  if (node === undefined || !ts.isPropertyAccessExpression(node)) return undefined;
  return isImportMeta(node.expression) ? node.name.text : undefined;
}

/** The name of a file that stands in a node, who renames it, and whether it can be read there. */
function nameIn(node: ts.Node): { name: ts.Node | undefined; by: keyof Renames } | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier && { name: node.moduleSpecifier, by: 'imported' };
  }
  if (ts.isCallExpression(node)) {
    const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const names = isImport || metaName(node.expression) === 'resolve';
    return names ? { name: node.arguments[0], by: 'imported' } : undefined;
  }
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'URL') return undefined;
  const [name, base] = node.arguments ?? [];
  return metaName(base) === 'url' ? { name, by: 'beside' } : undefined;
}

const equalities: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

/** Whether a value, or what a call makes of it, is compared: a module asks whether it is the one
 * that Node was started with, and that is the copy. */
function isCompared(value: ts.Node): boolean {
  let node = value;
  while (ts.isCallExpression(node.parent) || ts.isParenthesizedExpression(node.parent)) {
    node = node.parent;
  }
  return ts.isBinaryExpression(node.parent) && equalities.has(node.parent.operatorToken.kind);
}

/** Whether a node is the base of an address whose name can be read. */
function isBase(node: ts.Node): boolean {
  const found = nameIn(node.parent);
  return found?.by === 'beside' && found.name !== undefined && ts.isStringLiteralLike(found.name);
}

/** Whether a node asks where the module is, in a way that cannot be mended. */
function asksForPlace(node: ts.Node): boolean {
  const name = metaName(node);
  if (name === 'dirname' || name === 'filename') return !isCompared(node);
  return name === 'url' && !isBase(node) && !isCompared(node);
}

/**
 * Renames in a copy.
 *
 * @param path of the file, for diagnostics.
 * @returns LOOM7212 for each place that cannot be renamed.
 */
export function rename(
  text: MagicString,
  file: ts.SourceFile,
  path: string,
  renames: Renames,
): Diagnostic[] {
  const lost: Diagnostic[] = [];
  const lose = (node: ts.Node): void => {
    const shown = node.getText(file).replace(/\s+/g, ' ');
    const what = shown.length <= 60 ? shown : `${shown.slice(0, 57)}...`;
    const place = placeIn(file, path, node.getStart(file), what.length);
    lost.push(diagnostic('LOOM7212', { what }, { place }));
  };
  for (const node of nodesOf(file)) {
    if (asksForPlace(node)) lose(node);
    const found = nameIn(node);
    if (found?.name === undefined) continue;
    const { name, by } = found;
    if (!ts.isStringLiteralLike(name)) {
      if (by === 'imported') lose(node);
      continue;
    }
    const renamed = renames[by](name.text);
    if (renamed === name.text) continue;
    text.overwrite(name.getStart(file), name.end, JSON.stringify(renamed));
  }
  return lost;
}
