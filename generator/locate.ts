/**
 * Finds the text of a part of a config: the property that a diagnostic is about, or the nearest
 * node around it. It walks the syntax tree of the config and follows what a reader would follow -
 * variables, imports of relative files, spreads, helpers such as `tcp('…', { … })`, and the calls
 * of simple functions. Nothing is run. Only loaded when somebody must be told a place.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Node, Project, type SourceFile, SyntaxKind } from 'ts-morph';
import type { ConfigPath, Place } from './report/diagnostic.ts';

/** Arguments that a function was called with, by parameter name. */
type Arguments = ReadonlyMap<string, Found>;

/** A node, the key it was found under, and the parameters that are known there. */
export interface Found {
  node: Node;
  key?: Node;
  known: Arguments;
}

/** Longest chain of variables, imports and calls that is followed. */
const maximumHops = 32;

/** What the helpers of `define.ts` do with their first argument; options are spread. */
const addressHelpers = new Set(['tcp', 'tcpServer', 'unix', 'unixServer', 'unixDatagram']);
const optionHelpers = new Set([
  ...['timer', 'udp', 'eventfd', 'signal', 'pipe'],
  ...['line', 'raw', 'channel', 'call', 'pool'],
]);
/** Keys that helpers take as arguments, in their order. */
const argumentKeys: Readonly<Record<string, readonly string[]>> = {
  ...{ file: ['path'], lengthPrefixed: ['width'], decimal: ['scale', 'base'], chars: ['length'] },
  ...{ array: ['of', 'count'], enumeration: ['values'], struct: ['fields'] },
};
const nothingKnown: Arguments = new Map();

function openFile(project: Project, from: SourceFile, specifier: string): SourceFile | undefined {
  const base = resolve(dirname(from.getFilePath()), specifier);
  const stem = base.replace(/\.[mc]?js$/, '');
  const candidates = [base, `${base}.ts`, `${stem}.ts`, `${stem}.mts`, `${base}/index.ts`];
  const file = candidates.find((each) => /\.[a-z]+$/.test(each) && existsSync(each));
  return file === undefined ? undefined : project.addSourceFileAtPathIfExists(file);
}

/** Walks the syntax of one config. */
export class Locator {
  readonly project: Project;
  hops = 0;

  /** Opens a project of its own, or uses one in which the config is open already. */
  constructor(project?: Project) {
    this.project =
      project ??
      new Project({
        skipAddingFilesFromTsConfig: true,
        skipFileDependencyResolution: true,
        compilerOptions: { allowJs: true, noLib: true },
      });
  }

  /** The expression that a file exports under a name. */
  exported(source: SourceFile, name: string): Found | undefined {
    if (name === 'default') {
      const assignment = source.getExportAssignment((each) => !each.isExportEquals());
      if (assignment !== undefined) {
        return this.resolve({ node: assignment.getExpression(), known: nothingKnown });
      }
    }
    for (const declaration of source.getExportDeclarations()) {
      for (const each of declaration.getNamedExports()) {
        if ((each.getAliasNode()?.getText() ?? each.getName()) !== name) continue;
        const specifier = declaration.getModuleSpecifierValue();
        if (specifier === undefined) return this.declared(source, each.getName());
        const other = openFile(this.project, source, specifier);
        return other && this.exported(other, each.getName());
      }
    }
    return name === 'default' ? undefined : this.declared(source, name);
  }

  /** The value of a name that is declared or imported at the top of a file. */
  declared(source: SourceFile, name: string): Found | undefined {
    const initializer = source.getVariableDeclaration(name)?.getInitializer();
    if (initializer !== undefined) {
      return this.resolve({ node: initializer, known: nothingKnown });
    }
    const callee = source.getFunction(name);
    if (callee !== undefined) return { node: callee, known: nothingKnown };
    for (const declaration of source.getImportDeclarations()) {
      const isDefault = declaration.getDefaultImport()?.getText() === name;
      const named = declaration
        .getNamedImports()
        .find((each) => (each.getAliasNode()?.getText() ?? each.getName()) === name);
      if (!isDefault && named === undefined) continue;
      const specifier = declaration.getModuleSpecifierValue();
      const other = specifier.startsWith('.')
        ? openFile(this.project, source, specifier)
        : undefined;
      return other && this.exported(other, isDefault ? 'default' : (named?.getName() ?? ''));
    }
    return undefined;
  }

  /** Looks through parentheses, type assertions, variables, `defineLoom` and simple functions. */
  resolve(found: Found): Found {
    this.hops += 1;
    if (this.hops > maximumHops) return found;
    const { node, known } = found;
    if (
      Node.isParenthesizedExpression(node) ||
      Node.isAsExpression(node) ||
      Node.isSatisfiesExpression(node) ||
      Node.isNonNullExpression(node) ||
      Node.isAwaitExpression(node)
    ) {
      return this.resolve({ ...found, node: node.getExpression() });
    }
    if (Node.isIdentifier(node)) {
      const parameter = known.get(node.getText());
      const target =
        parameter ?? this.local(node) ?? this.declared(node.getSourceFile(), node.getText());
      return target === undefined ? found : { ...target, ...(found.key && { key: found.key }) };
    }
    if (Node.isPropertyAccessExpression(node)) {
      const owner = this.resolve({ node: node.getExpression(), known });
      return this.step(owner, node.getName()) ?? found;
    }
    if (Node.isCallExpression(node)) {
      const value = this.called(found);
      return value === undefined ? found : { ...value, ...(found.key && { key: found.key }) };
    }
    return found;
  }

  /** A variable of an enclosing block, below the top of the file. */
  local(node: Node): Found | undefined {
    for (const block of node.getAncestors()) {
      if (!Node.isBlock(block)) continue;
      const initializer = block.getVariableDeclaration(node.getText())?.getInitializer();
      if (initializer !== undefined) {
        return this.resolve({ node: initializer, known: nothingKnown });
      }
    }
    return undefined;
  }

  /** The value of a call: the argument of `defineLoom`, or what a function of the user returns. */
  called({ node, known }: Found): Found | undefined {
    if (!Node.isCallExpression(node)) return undefined;
    const name = node.getExpression().getText();
    const [first] = node.getArguments();
    if (name === 'defineLoom' && first !== undefined) return this.resolve({ node: first, known });
    const callee = this.resolve({ node: node.getExpression(), known }).node;
    const isFunction =
      Node.isArrowFunction(callee) ||
      Node.isFunctionDeclaration(callee) ||
      Node.isFunctionExpression(callee);
    if (!isFunction) return undefined;
    const passed = new Map<string, Found>();
    callee.getParameters().forEach((parameter, position) => {
      const argument = node.getArguments()[position];
      if (argument !== undefined) passed.set(parameter.getName(), { node: argument, known });
    });
    const body = callee.getBody();
    if (body !== undefined && !Node.isBlock(body))
      return this.resolve({ node: body, known: passed });
    const returned = callee.getDescendantsOfKind(SyntaxKind.ReturnStatement).at(-1);
    const expression = returned?.getExpression();
    return expression && this.resolve({ node: expression, known: passed });
  }

  /** One key further down; undefined when the syntax does not say where it is. */
  step(found: Found, key: string | number): Found | undefined {
    const { node, known } = found;
    if (Node.isArrayLiteralExpression(node)) {
      const elements = node.getElements();
      const element = elements.some(Node.isSpreadElement) ? undefined : elements[Number(key)];
      return element && this.resolve({ node: element, key: element, known });
    }
    if (Node.isObjectLiteralExpression(node)) return this.property(found, String(key));
    if (Node.isCallExpression(node)) return this.helper(found, key);
    return undefined;
  }

  /** A property of an object literal; the last one wins, as when it runs. */
  property({ node, known }: Found, key: string): Found | undefined {
    if (!Node.isObjectLiteralExpression(node)) return undefined;
    for (const property of node.getProperties().reverse()) {
      if (Node.isSpreadAssignment(property)) {
        const spread = this.resolve({ node: property.getExpression(), known });
        const inside = this.step(spread, key);
        if (inside !== undefined) return inside;
        continue;
      }
      const nameNode = property.getNameNode();
      const name = nameNode.getText().replace(/^\[?\s*(['"`])(.*)\1\s*\]?$/s, '$2');
      if (name !== key) continue;
      if (Node.isShorthandPropertyAssignment(property)) {
        return this.resolve({ node: nameNode, key: nameNode, known });
      }
      const value = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
      return this.resolve({ node: value ?? property, key: nameNode, known });
    }
    return undefined;
  }

  /** A part of what a helper of loomgen returns. */
  helper({ node, known }: Found, key: string | number): Found | undefined {
    if (!Node.isCallExpression(node)) return undefined;
    const name = node.getExpression().getText();
    const [first, second] = node.getArguments();
    const inside = (argument: Node | undefined): Found | undefined =>
      argument && this.step(this.resolve({ node: argument, known }), key);
    if (key === 'kind') return { node: node.getExpression(), known };
    if (addressHelpers.has(name)) {
      return key === 'address' && first ? this.resolve({ node: first, known }) : inside(second);
    }
    const position = argumentKeys[name]?.indexOf(String(key)) ?? -1;
    const argument = node.getArguments()[position];
    if (argument !== undefined) return this.resolve({ node: argument, known });
    if (name in argumentKeys) return inside(second);
    return optionHelpers.has(name) ? inside(first) : undefined;
  }

  /** The object literal that holds the keys of a node: itself, or the options of a helper. */
  literal({ node }: Found): Node | undefined {
    if (!Node.isCallExpression(node)) return node;
    const name = node.getExpression().getText();
    const [first, second] = node.getArguments();
    if (optionHelpers.has(name)) return first;
    return addressHelpers.has(name) ? second : undefined;
  }

  /** The node of a path, or of its longest beginning that can be found. */
  find(root: Found, path: ConfigPath): { found: Found; complete: boolean } {
    let found = root;
    for (let at = 0; at < path.length; at += 1) {
      const key = path[at] ?? '';
      this.hops = 0;
      const isField = typeof key === 'number' && Node.isObjectLiteralExpression(found.node);
      const next = isField ? this.field(found, key, path[at + 1]) : this.step(found, key);
      if (isField) at += 1;
      if (next === undefined) return { found, complete: false };
      found = next;
    }
    return { found, complete: true };
  }

  /** `fields[2].name` of a struct is the third key of the object it was given, `type` its value. */
  field(found: Found, position: number, part: string | number | undefined): Found | undefined {
    if (!Node.isObjectLiteralExpression(found.node)) return undefined;
    const property = found.node.getProperties()[position];
    const isShort = Node.isShorthandPropertyAssignment(property);
    if (!isShort && !Node.isPropertyAssignment(property)) return undefined;
    const key = property.getNameNode();
    const value = isShort ? key : property.getInitializer();
    if (part === 'name' || value === undefined) return { node: key, key, known: found.known };
    const type = this.resolve({ node: value, key, known: found.known });
    const { node } = type;
    if (!Node.isCallExpression(node) || node.getExpression().getText() !== 'doc') return type;
    const given = node.getArguments()[part === 'doc' ? 1 : 0];
    return given === undefined ? type : this.resolve({ ...type, node: given });
  }
}

function placeOf(node: Node): Place {
  const source = node.getSourceFile();
  const { line, column } = source.getLineAndColumnAtPos(node.getStart());
  const firstLine = node.getText().split('\n')[0] ?? '';
  const length = Math.max(1, firstLine.trimEnd().length);
  return { file: source.getFilePath(), line, column, length };
}

/** Finds the place of a path in one config. Undefined when the file exports nothing that the syntax
 * shows, or cannot be read. */
export type LocateInSource = (path: ConfigPath, anchor?: 'key' | 'value') => Place | undefined;

/** Opens a config file, which is read once, for as many paths as there are. */
export function openSource(file: string): LocateInSource {
  const { project } = new Locator();
  const source = project.addSourceFileAtPathIfExists(file);
  return (path, anchor = 'value') => {
    const locator = new Locator(project);
    const root = source && locator.exported(source, 'default');
    if (root === undefined) return undefined;
    const { found, complete } = locator.find(root, path);
    // Of a part that is missing, show what it is missing from: its name rather than its braces.
    const wantsKey = anchor === 'key' || !complete;
    return placeOf((wantsKey ? found.key : undefined) ?? found.node);
  };
}
