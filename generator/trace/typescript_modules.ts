/**
 * Sources in TypeScript and JavaScript as modules: how they are read, why one of them cannot be
 * traced, and which source an import means.
 */
import { join } from 'node:path';
import { ts } from 'ts-morph';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import { nodesOf } from './typescript_functions.ts';

/** What can be traced. `.cts` and `.cjs` have no imports, `.d.ts` has no functions. */
const traceable = /(?<!\.d)\.(?:m?ts|tsx|m?js|jsx)$/;

/** Longest source that is read, in UTF-16 code units: some two seconds of parsing and tracing. */
export const maximumCharacters = 1_000_000;

/** Reads a file as a module. */
export function parseTypeScript(path: string, text: string): ts.SourceFile {
  const options = {
    languageVersion: ts.ScriptTarget.Latest,
    impliedNodeFormat: ts.ModuleKind.ESNext as const,
    // Without an import or an export it is one all the same: `await` may stand outside functions.
    setExternalModuleIndicator: (file: ts.SourceFile) => {
      (file as unknown as { externalModuleIndicator?: unknown }).externalModuleIndicator ??= true;
    },
  };
  return ts.createSourceFile(path, text, options, true);
}

/** The first thing that the parser could not read. */
export function syntaxError(file: ts.SourceFile): ts.DiagnosticWithLocation | undefined {
  const { parseDiagnostics } = file as unknown as {
    parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  };
  return parseDiagnostics[0];
}

/** A place of a file, for a diagnostic. */
export function placeIn(file: ts.SourceFile, path: string, start: number, length: number) {
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return { file: path, line: line + 1, column: character + 1, length: Math.max(1, length) };
}

/** Whether a node is `import.meta`. */
export function isImportMeta(node: ts.Node): node is ts.MetaProperty {
  return ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword;
}

/** Statements that only CommonJS has: `export = …`, `import x = require(…)`. */
function isOldStatement(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return node.isExportEquals === true;
  return ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference);
}

/** Statements that only a module has. */
function isModuleStatement(node: ts.Statement): boolean {
  const isPlain =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isExportAssignment(node);
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return isPlain || (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

/** What a CommonJS source uses: `require(…)`, `module.exports`, `exports.a`. */
function isOldExpression(node: ts.Node): boolean {
  const isRead = ts.isPropertyAccessExpression(node);
  if ((!isRead && !ts.isCallExpression(node)) || !ts.isIdentifier(node.expression)) return false;
  const { text } = node.expression;
  if (!isRead) return text === 'require';
  return text === 'exports' || (text === 'module' && node.name.text === 'exports');
}

/** Whether a file is a CommonJS module, whatever it is called. */
function isCommonJs(file: ts.SourceFile): boolean {
  if (/\.m[jt]s$/.test(file.fileName)) return false;
  if (file.statements.some(isOldStatement)) return true;
  if (file.statements.some(isModuleStatement)) return false;
  const nodes = nodesOf(file);
  return nodes.some(isOldExpression) && !nodes.some(isImportMeta);
}

/**
 * Reads a source that is to be traced.
 *
 * @param path as rules, zones and warnings name it.
 * @returns the module, or LOOM7210, which says why it is left alone.
 */
export function readModule(
  path: string,
  text: string,
): { file: ts.SourceFile } | { obstacle: Diagnostic } {
  const refused = (reason: string) => ({
    obstacle: diagnostic('LOOM7210', { file: path, reason }),
  });
  if (!traceable.test(path)) return refused('it is no ECMAScript module');
  if (text.length > maximumCharacters) {
    return refused(`it has more than ${maximumCharacters} characters`);
  }
  const file = parseTypeScript(path, text);
  const error = syntaxError(file);
  if (error === undefined) {
    return isCommonJs(file) ? refused('it is a CommonJS module') : { file };
  }
  const sentence = ts.flattenDiagnosticMessageText(error.messageText, ' ').replace(/\.$/, '');
  const place = placeIn(file, path, error.start, error.length);
  const holes = { file: path, reason: `it does not parse: ${sentence}` };
  return { obstacle: diagnostic('LOOM7210', holes, { place }) };
}

/** Whether an import names a file by its way from the importing one. */
export function isRelative(specifier: string): boolean {
  return /^\.\.?(?:\/|$)/.test(specifier);
}

/**
 * The source that an import means: the very file, the TypeScript that its JavaScript comes from,
 * the file without its extension, or the index of a folder.
 *
 * @param path what the import says, absolute.
 * @param sources by absolute paths.
 */
export function sourceOf(
  path: string,
  sources: { has(path: string): boolean },
): string | undefined {
  const written = /\.(?<kind>[mc]?)jsx?$/.exec(path);
  const stem = written === null ? path : path.slice(0, written.index);
  const kind = written?.groups?.kind ?? '';
  const compiled = kind === '' ? ['.ts', '.tsx'] : [`.${kind}ts`];
  const extensions = ['.ts', '.tsx', '.js', '.jsx'];
  const names = [
    path,
    ...(written === null ? [] : compiled.map((extension) => stem + extension)),
    ...extensions.map((extension) => path + extension),
    ...extensions.map((extension) => join(path, `index${extension}`)),
  ];
  return names.find((name) => sources.has(name));
}
