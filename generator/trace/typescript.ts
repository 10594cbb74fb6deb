/**
 * Puts zones into TypeScript: every function that the rules choose opens one at its start and
 * closes it however it ends, and keeps it closed while it waits. What comes out is TypeScript again
 * with the same lines, and a source map from it to the original. Nothing is type-checked here; the
 * original is what a user checks.
 */
import MagicString from 'magic-string';
import { ts } from 'ts-morph';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import { colourOf, selectionOf, type TraceRules } from './rules.ts';
import { names, ZoneEditor } from './typescript_edits.ts';
import { bodyOf, childrenOf, isSilenced, whyLeftOut } from './typescript_functions.ts';
import { type FunctionNode, qualifiedName } from './typescript_names.ts';

/** What one file is traced with. */
export interface TypeScriptOptions {
  /** The file as rules, zones and warnings name it: relative to the config, with slashes. */
  path: string;
  rules: TraceRules;
  /** What the copy imports `bindings/loom/trace.ts` by, such as `../bindings/loom/trace.ts`. */
  runtime: string;
  /** How the copy writes what the original imports by this name; default: as the original. */
  imported?: (specifier: string) => string;
}

/** One zone of a file. */
export interface TypeScriptZone {
  name: string;
  /** From 1. */
  line: number;
  /** 0xRRGGBB; 0 leaves it to the viewer. */
  colour: number;
}

/** A source map from the copy to the original. */
export interface SourceMap {
  /** 3 */
  version: number;
  sources: readonly string[];
  names: readonly string[];
  mappings: string;
}

/** A file with zones, or the same file when there is nothing to trace in it. */
export interface TracedTypeScript {
  text: string;
  map: SourceMap;
  zones: readonly TypeScriptZone[];
  /** LOOM7210 when the file was left as it is, LOOM7211 for a function that was. */
  warnings: readonly Diagnostic[];
}

/** What can be traced. `.cts` and `.cjs` have no imports, `.d.ts` has no functions. */
const traceable = /(?<!\.d)\.(?:m?ts|tsx|m?js|jsx)$/;

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

/** Whether the transform wrote this file: it imports what only the transform imports. */
function isTraced(file: ts.SourceFile): boolean {
  return file.statements.some((each) => {
    const bindings = ts.isImportDeclaration(each) ? each.importClause?.namedBindings : undefined;
    if (bindings === undefined || !ts.isNamedImports(bindings)) return false;
    return bindings.elements.some(({ name }) => name.text === names.begin);
  });
}

/** The texts that a module names others by: imports, exports, `import()`, types. */
function* specifiersBelow(node: ts.Node): Generator<ts.StringLiteral> {
  let specifier: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    specifier = node.moduleSpecifier;
  } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    specifier = node.arguments[0];
  }
  if (specifier !== undefined && ts.isStringLiteral(specifier)) yield specifier;
  for (const child of childrenOf(node)) yield* specifiersBelow(child);
}

function renameImports(text: MagicString, file: ts.SourceFile, rename: (name: string) => string) {
  for (const specifier of specifiersBelow(file)) {
    const renamed = rename(specifier.text);
    if (renamed === specifier.text) continue;
    text.overwrite(specifier.getStart(file), specifier.end, JSON.stringify(renamed));
  }
}

/** The import, behind the directives and comments that a file begins with. */
function addImport(text: MagicString, file: ts.SourceFile, runtime: string): void {
  const imported = [
    `registerZones as ${names.register}`,
    `zoneBegin as ${names.begin}`,
    `zoneEnd as ${names.end}`,
    `zoneOpen as ${names.open}`,
  ];
  const line = `import { ${imported.join(', ')} } from ${JSON.stringify(runtime)}; `;
  const first = file.statements.find(
    (each) => !ts.isExpressionStatement(each) || !ts.isStringLiteral(each.expression),
  );
  text.prependRight(first?.getStart(file) ?? 0, line);
}

/**
 * What makes the zones known, at the end of the file. It is hoisted: another module may call this
 * one before it ran, where they import each other.
 */
function registration(path: string, zones: readonly TypeScriptZone[]): string {
  const table = zones.map(({ name, line, colour }) => [name, line, colour]);
  const registered = `${names.register}(${JSON.stringify(path)}, ${JSON.stringify(table)})`;
  return (
    `\nvar ${names.first}; ` +
    `function ${names.id}(zone) { return (${names.first} ??= ${registered}) + zone; }\n`
  );
}

/**
 * A traced text with its source map in a comment at the end, where Node (`--enable-source-maps`),
 * tsx and esbuild look for it: what they show is then the original.
 *
 * @param source where the original is, as seen from the copy.
 */
export function inlineMap({ text, map }: Pick<TracedTypeScript, 'text' | 'map'>, source: string) {
  const { version, names, mappings } = map;
  const json = JSON.stringify({ version, sources: [source], names, mappings });
  const base64 = Buffer.from(json).toString('base64');
  const comment = `//# sourceMappingURL=data:application/json;charset=utf-8;base64,${base64}\n`;
  return `${text}${text.endsWith('\n') ? '' : '\n'}${comment}`;
}

/** Why a file cannot be traced at all. */
function whyNot(file: ts.SourceFile, path: string): Diagnostic | undefined {
  if (!traceable.test(path)) {
    return diagnostic('LOOM7210', { file: path, reason: 'it is no ECMAScript module' });
  }
  const error = syntaxError(file);
  if (error === undefined) return undefined;
  const sentence = ts.flattenDiagnosticMessageText(error.messageText, ' ').replace(/\.$/, '');
  const place = placeIn(file, path, error.start, error.length);
  return diagnostic(
    'LOOM7210',
    { file: path, reason: `it does not parse: ${sentence}` },
    { place },
  );
}

/** Chooses functions by the rules, and notes their zones. */
class Choice {
  readonly zones: TypeScriptZone[] = [];
  readonly warnings: Diagnostic[] = [];
  readonly #file: ts.SourceFile;
  readonly #options: TypeScriptOptions;
  readonly #isSelected: (name: string, bodyLines: number) => boolean;

  constructor(file: ts.SourceFile, options: TypeScriptOptions) {
    this.#file = file;
    this.#options = options;
    this.#isSelected = selectionOf(options.path, options.rules);
  }

  /** The number of a function's zone; undefined when it gets none. */
  zoneOf(node: FunctionNode): number | undefined {
    const body = bodyOf(node);
    if (body === undefined || isSilenced(node, this.#file)) return undefined;
    const lineOf = (position: number) => this.#file.getLineAndCharacterOfPosition(position).line;
    const bodyLines = lineOf(body.end) - lineOf(body.getStart(this.#file)) + 1;
    const name = qualifiedName(node);
    if (!this.#isSelected(name, bodyLines)) return undefined;
    const start = (node.name ?? node).getStart(this.#file);
    const reason = whyLeftOut(body);
    if (reason !== undefined) {
      const place = placeIn(this.#file, this.#options.path, start, name.length);
      this.warnings.push(diagnostic('LOOM7211', { name, reason }, { place }));
      return undefined;
    }
    const colour = colourOf(name, '.', this.#options.rules);
    return this.zones.push({ name, line: lineOf(start) + 1, colour }) - 1;
  }
}

/**
 * Puts zones into one file.
 *
 * @param text TypeScript or JavaScript, a module.
 * @returns the text with zones; the very text where there is nothing to trace, where it was traced
 * before, and, with a warning, where it is no module or does not parse.
 */
export function traceTypeScript(text: string, options: TypeScriptOptions): TracedTypeScript {
  const { path } = options;
  const edited = new MagicString(text);
  const mapOf = (): SourceMap => {
    const { version, names, mappings } = edited.generateMap({ hires: 'boundary' });
    return { version, sources: [path], names, mappings };
  };
  const file = parseTypeScript(path, text);
  const obstacle = whyNot(file, path);
  if (obstacle !== undefined) return { text, map: mapOf(), zones: [], warnings: [obstacle] };
  if (isTraced(file)) return { text, map: mapOf(), zones: [], warnings: [] };
  if (options.imported !== undefined) renameImports(edited, file, options.imported);
  const choice = new Choice(file, options);
  new ZoneEditor(edited, file, (node) => choice.zoneOf(node)).run();
  const { zones, warnings } = choice;
  if (zones.length > 0) {
    addImport(edited, file, options.runtime);
    edited.append(registration(path, zones));
  }
  return { text: edited.toString(), map: mapOf(), zones, warnings };
}
