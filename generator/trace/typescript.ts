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
import { bodyOf, isSilenced, whyLeftOut } from './typescript_functions.ts';
import { placeIn, readModule } from './typescript_modules.ts';
import { type FunctionNode, qualifiedName } from './typescript_names.ts';
import { type Renames, rename } from './typescript_renames.ts';

/** What one file is traced with. */
export interface TypeScriptOptions {
  /** The file as rules, zones and warnings name it: relative to the config, with slashes. */
  path: string;
  rules: TraceRules;
  /** What the copy imports `bindings/loom/trace.ts` by, such as `../bindings/loom/trace.ts`. */
  runtime: string;
  /** How a copy names what the original names; default: as the original. */
  renames?: Renames;
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
  /** LOOM7210 when the file was left as it is, LOOM7211 for a function that was, LOOM7212 for a
   * place where a copy asks where it is. */
  warnings: readonly Diagnostic[];
}

/** Whether the transform wrote this file: it imports what only the transform imports. */
function isTraced(file: ts.SourceFile): boolean {
  return file.statements.some((each) => {
    const bindings = ts.isImportDeclaration(each) ? each.importClause?.namedBindings : undefined;
    if (bindings === undefined || !ts.isNamedImports(bindings)) return false;
    return bindings.elements.some(({ name }) => name.text === names.begin);
  });
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
    if (body === undefined) return undefined;
    const lineOf = (position: number) => this.#file.getLineAndCharacterOfPosition(position).line;
    const bodyLines = lineOf(body.end) - lineOf(body.getStart(this.#file)) + 1;
    const name = qualifiedName(node);
    if (!this.#isSelected(name, bodyLines) || isSilenced(node, this.#file)) return undefined;
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

/** Puts zones into a module. */
export function traceModule(file: ts.SourceFile, options: TypeScriptOptions): TracedTypeScript {
  const { path, renames } = options;
  const edited = new MagicString(file.text);
  const mapOf = (): SourceMap => {
    const { version, names, mappings } = edited.generateMap({ hires: 'boundary' });
    return { version, sources: [path], names, mappings };
  };
  if (isTraced(file)) return { text: file.text, map: mapOf(), zones: [], warnings: [] };
  const lost = renames === undefined ? [] : rename(edited, file, path, renames);
  const choice = new Choice(file, options);
  new ZoneEditor(edited, file, (node) => choice.zoneOf(node)).run();
  const { zones, warnings } = choice;
  if (zones.length > 0) {
    addImport(edited, file, options.runtime);
    edited.append(registration(path, zones));
  }
  return { text: edited.toString(), map: mapOf(), zones, warnings: [...warnings, ...lost] };
}

/**
 * Puts zones into one file.
 *
 * @param text TypeScript or JavaScript, a module.
 * @returns the text with zones; the very text where there is nothing to trace, where it was traced
 * before, and, with a warning, where it is no module, too long, or does not parse.
 */
export function traceTypeScript(text: string, options: TypeScriptOptions): TracedTypeScript {
  const read = readModule(options.path, text);
  if ('file' in read) return traceModule(read.file, options);
  const map = { version: 3, sources: [options.path], names: [], mappings: '' };
  return { text, map, zones: [], warnings: [read.obstacle] };
}
