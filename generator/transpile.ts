/**
 * The bindings of a package, from TypeScript to what Node and its users' compilers read. The code
 * is CommonJS, and `index.js` for `import` hands on what it exports: so a program that has both,
 * because one of its dependencies still requires, has one LoomError and one list of what runs. Each
 * file is translated by itself, without its imports and without types of Node, which a user need
 * not have; what is exported therefore says its type (`isolatedDeclarations`).
 */
import { ts } from 'ts-morph';

/** Where the sources are, and where their translations go, in the output folder. */
const from = 'bindings/';
const to = 'dist/';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  strict: true,
  isolatedModules: true,
  isolatedDeclarations: true,
  declaration: true,
  sourceMap: true,
  declarationMap: true,
  newLine: ts.NewLineKind.LineFeed,
  // Nothing is looked for and nothing checked: that was done when loomgen was tested.
  noCheck: true,
  noLib: true,
  noResolve: true,
  types: [],
};

/** `./open.ts` as the translated file is called; other modules as they are. */
function translatedName(specifier: ts.Expression | undefined): ts.StringLiteral | undefined {
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  if (!/^\.\.?\/.*\.ts$/.test(specifier.text)) return undefined;
  return ts.factory.createStringLiteral(specifier.text.replace(/ts$/, 'cjs'));
}

/** A statement that imports or exports from a translated file. */
function withTranslatedName(node: ts.Node): ts.Node {
  if (ts.isImportDeclaration(node)) {
    const name = translatedName(node.moduleSpecifier) ?? node.moduleSpecifier;
    const { modifiers, importClause, attributes } = node;
    return ts.factory.updateImportDeclaration(node, modifiers, importClause, name, attributes);
  }
  if (!ts.isExportDeclaration(node)) return node;
  const name = translatedName(node.moduleSpecifier) ?? node.moduleSpecifier;
  const { modifiers, isTypeOnly, exportClause, attributes } = node;
  const { updateExportDeclaration } = ts.factory;
  return updateExportDeclaration(node, modifiers, isTypeOnly, exportClause, name, attributes);
}

/** `import.meta.url` by what CommonJS has. */
function fileUrl(): ts.Expression {
  const { factory } = ts;
  const call = (callee: ts.Expression, argument: ts.Expression): ts.Expression =>
    factory.createCallExpression(callee, undefined, [argument]);
  const required = call(
    factory.createIdentifier('require'),
    factory.createStringLiteral('node:url'),
  );
  const convert = factory.createPropertyAccessExpression(required, 'pathToFileURL');
  const url = call(convert, factory.createIdentifier('__filename'));
  return factory.createPropertyAccessExpression(url, 'href');
}

/** Names the translated files, and replaces what only a module has. */
const rewrite: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const visit = (node: ts.Node): ts.Node => {
    const isUrl = ts.isPropertyAccessExpression(node) && ts.isMetaProperty(node.expression);
    if (isUrl) return fileUrl();
    return withTranslatedName(ts.visitEachChild(node, visit, context));
  };
  return ts.visitEachChild(file, visit, context);
};

const rewriteDeclarations: ts.TransformerFactory<ts.SourceFile | ts.Bundle> = (context) => (file) =>
  ts.isSourceFile(file) ? ts.visitEachChild(file, withTranslatedName, context) : file;

/** A translated file: as the compiler calls it, and as it is called in the package. */
function packaged(path: string): string {
  return path.replace(/\.js(\.map)?$/, '.cjs$1').replace(/\.d\.ts(\.map)?$/, '.d.cts$1');
}

/** What the types of a package are written with, wherever they are read: a line each. */
const references = ['/// <reference lib="esnext.disposable" />', '/// <reference types="node" />'];

/** The declarations that begin with them; what is imported from there comes after. */
const entry = `${to}index.d.cts`;

/** A source map as text, under its new name. */
function renamedMap(path: string, text: string): string {
  const map = JSON.parse(text) as { mappings: string };
  const file = path.slice(path.lastIndexOf('/') + 1, -'.map'.length);
  // A semicolon ends a line without mappings.
  const before = path === `${entry}.map` ? ';'.repeat(references.length) : '';
  return `${JSON.stringify({ ...map, file, mappings: before + map.mappings })}\n`;
}

/** A text of the compiler, under its new name: maps and what names them. */
function renamed(path: string, text: string): string {
  if (path.endsWith('.map')) return renamedMap(path, text);
  const file = path.slice(path.lastIndexOf('/') + 1);
  const before = path === entry ? `${references.join('\n')}\n` : '';
  const mapped = text.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '');
  return `${before}${mapped}\n//# sourceMappingURL=${file}.map\n`;
}

/** Where the compiler finds the text below. */
const libraryPath = '/symbols.d.ts';

/** What declarations have to know of the language: without it `[Symbol.iterator]` is any key. */
const library = `interface SymbolConstructor {
  readonly iterator: unique symbol;
  readonly asyncIterator: unique symbol;
  readonly dispose: unique symbol;
  readonly asyncDispose: unique symbol;
}
declare var Symbol: SymbolConstructor;
`;

/** Sources in memory, as the compiler wants to see them. */
function hostOf(
  files: ReadonlyMap<string, string>,
  write: (path: string, text: string) => void,
): ts.CompilerHost {
  return {
    getSourceFile: (path, target) => {
      const text = path === libraryPath ? library : files.get(path.slice(1));
      return text === undefined ? undefined : ts.createSourceFile(path, text, target);
    },
    fileExists: (path) => files.has(path.slice(1)),
    readFile: (path) => files.get(path.slice(1)),
    writeFile: (path, text) => write(path.slice(1), text),
    getDefaultLibFileName: () => libraryPath,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
  };
}

/**
 * Translates the bindings.
 *
 * @param files every file of the output folder; those below bindings/ are read.
 * @returns path in the output folder to text, sorted by path.
 * @throws when a source has an export whose type is not written down (a bug).
 */
export function transpile(files: ReadonlyMap<string, string>): Map<string, string> {
  const made = new Map<string, string>([
    [`${to}index.js`, "export * from './index.cjs';\n"],
    [`${to}index.d.ts`, "export * from './index.cjs';\n"],
  ]);
  const host = hostOf(files, (path, text) => {
    const name = packaged(path);
    made.set(name, renamed(name, text));
  });
  const sources = [...files.keys()].filter((path) => path.startsWith(from));
  const compilerOptions = { ...options, rootDir: `/${from}`, outDir: `/${to}` };
  const rootNames = [libraryPath, ...sources.map((path) => `/${path}`)];
  const program = ts.createProgram({ rootNames, options: compilerOptions, host });
  const { diagnostics } = program.emit(undefined, undefined, undefined, false, {
    before: [rewrite],
    afterDeclarations: [rewriteDeclarations],
  });
  const first = diagnostics[0];
  if (first !== undefined) {
    const sentence = ts.flattenDiagnosticMessageText(first.messageText, ' ');
    throw new Error(`${first.file?.fileName ?? 'the bindings'}: ${sentence}`);
  }
  return new Map([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
}
