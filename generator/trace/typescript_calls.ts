/**
 * Who calls whom in some TypeScript files, as far as names tell: functions of the same file by
 * their scope, imports by their files, methods by their class or, where only one class has such a
 * method, by their name. Nothing is type-checked.
 */
import { dirname, resolve } from 'node:path';
import { ts } from 'ts-morph';
import { nodesOf } from './typescript_functions.ts';
import {
  isRelative,
  maximumCharacters,
  parseTypeScript,
  sourceOf,
  syntaxError,
} from './typescript_modules.ts';
import { type FunctionNode, isFunctionNode } from './typescript_names.ts';

/** Where an imported name comes from. */
interface Imported {
  /** As written. */
  module: string;
  /** Its name there; `default`; `*` for the module itself. */
  name: string;
}

/** What a call goes to: functions of the sources, or a name of a module outside of them. */
export interface Callee {
  functions: readonly FunctionNode[];
  /** The module without `node:`, '' for a global, and the name in it. */
  outside?: { module: string; name: string };
}

/** A declaration in the sources, none at all, or a name of something outside of them. */
type Declared = { node: ts.Node | undefined } | { outside: NonNullable<Callee['outside']> };

/** Names of methods that most values have; they say nothing about whose they are. */
const usual = new Set(
  [Array, Map, Set, String, Promise, Object, Function, Number, Uint8Array].flatMap((type) =>
    Object.getOwnPropertyNames(type.prototype),
  ),
);

/** The value behind parentheses and assertions. */
function bare(node: ts.Expression): ts.Expression {
  const isWrapped =
    ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node);
  return isWrapped ? bare(node.expression) : node;
}

/** The function that a declaration declares under a name. */
function functionOf(node: ts.Node): FunctionNode | undefined {
  if (isFunctionNode(node)) return node;
  const isHolder = ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node);
  if ((!isHolder && !ts.isPropertyAssignment(node)) || node.initializer === undefined) return;
  const value = bare(node.initializer);
  return isFunctionNode(value) ? value : undefined;
}

/** One file, with what it declares and imports. */
export class CalledFile {
  readonly file: ts.SourceFile;
  readonly imports = new Map<string, Imported>();
  /** Functions, variables with functions, and classes, by their names. */
  readonly declared = new Map<string, ts.Node[]>();
  /** Names that are exported otherwise than where they are declared. */
  readonly exported = new Map<string, Imported>();
  /** Methods and fields with functions, by their names. */
  readonly members = new Map<string, FunctionNode[]>();
  /** Variables and fields that are made with `new`, by their names: the class as it is written. */
  readonly instances = new Map<string, ts.Identifier>();

  constructor(file: ts.SourceFile) {
    this.file = file;
    for (const node of nodesOf(file)) this.#note(node);
  }

  #note(node: ts.Node): void {
    const isHolder = ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node);
    const value = isHolder && node.initializer ? bare(node.initializer) : undefined;
    if (value !== undefined && ts.isNewExpression(value) && ts.isIdentifier(value.expression)) {
      this.instances.set((node as ts.VariableDeclaration).name.getText(), value.expression);
    }
    if (ts.isImportDeclaration(node)) this.#noteImport(node);
    else if (ts.isExportDeclaration(node)) this.#noteExport(node);
    else if (ts.isClassLike(node) || functionOf(node) !== undefined) {
      const name = 'name' in node ? (node.name as ts.Node | undefined)?.getText(this.file) : '';
      const isMember = ts.isClassElement(node) || ts.isObjectLiteralElement(node);
      const known: Map<string, ts.Node[]> = isMember ? this.members : this.declared;
      const value = isMember ? (functionOf(node) as FunctionNode) : node;
      known.set(name ?? 'default', [...(known.get(name ?? 'default') ?? []), value]);
    }
  }

  #noteImport(node: ts.ImportDeclaration): void {
    const module = (node.moduleSpecifier as ts.StringLiteral).text;
    const { name, namedBindings } = node.importClause ?? {};
    if (name !== undefined) this.imports.set(name.text, { module, name: 'default' });
    if (namedBindings === undefined) return;
    if (ts.isNamespaceImport(namedBindings)) {
      this.imports.set(namedBindings.name.text, { module, name: '*' });
      return;
    }
    for (const each of namedBindings.elements) {
      this.imports.set(each.name.text, { module, name: (each.propertyName ?? each.name).text });
    }
  }

  #noteExport({ exportClause, moduleSpecifier }: ts.ExportDeclaration): void {
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return;
    const module = moduleSpecifier === undefined ? '' : (moduleSpecifier as ts.StringLiteral).text;
    for (const each of exportClause.elements) {
      this.exported.set(each.name.text, { module, name: (each.propertyName ?? each.name).text });
    }
  }
}

/** The files, and what a call in one of them goes to. */
export class Calls {
  readonly files = new Map<string, CalledFile>();

  /** @param sources texts by absolute paths; those that do not parse, or are too long, are left
   * out. */
  constructor(sources: ReadonlyMap<string, string>) {
    for (const [path, text] of sources) {
      if (text.length > maximumCharacters) continue;
      const file = parseTypeScript(path, text);
      if (syntaxError(file) === undefined) this.files.set(path, new CalledFile(file));
    }
  }

  /** What a call, or a name that is handed on as a callback, goes to. */
  calleeOf(expression: ts.Expression): Callee {
    const node = bare(expression);
    if (isFunctionNode(node)) return { functions: [node] };
    const from = this.files.get(node.getSourceFile().fileName);
    if (from === undefined) return { functions: [] };
    if (ts.isIdentifier(node)) return this.#named(node, from);
    if (!ts.isPropertyAccessExpression(node)) return { functions: [] };
    return this.#member(node, from);
  }

  #fileOf(from: CalledFile, module: string): CalledFile | undefined {
    if (!isRelative(module)) return undefined;
    const path = resolve(dirname(from.file.fileName), module);
    return this.files.get(sourceOf(path, this.files) ?? '');
  }

  #named(node: ts.Identifier, from: CalledFile): Callee {
    const found = this.#declarationOf(node, from);
    return 'outside' in found ? { functions: [], ...found } : { functions: bodiesOf(found.node) };
  }

  /** What declares a name, or where it comes from if that is none of the sources. */
  #declarationOf(node: ts.Identifier, from: CalledFile): Declared {
    const inside = this.#inScope(node, from.declared.get(node.text) ?? []);
    if (inside !== undefined) return { node: inside };
    const imported = from.imports.get(node.text);
    return imported === undefined ? { node: undefined } : this.#imported(from, imported);
  }

  /** The innermost declaration whose scope holds a node. */
  #inScope(node: ts.Node, declarations: readonly ts.Node[]): ts.Node | undefined {
    const holds = (declaration: ts.Node): boolean => {
      let scope = declaration.parent;
      while (!ts.isBlock(scope) && !ts.isSourceFile(scope) && !ts.isModuleBlock(scope)) {
        scope = scope.parent;
      }
      return scope.pos <= node.pos && node.end <= scope.end;
    };
    return declarations.filter(holds).at(-1);
  }

  #imported(from: CalledFile, { module, name }: Imported): Declared {
    const target = this.#fileOf(from, module);
    if (target === undefined) {
      const isOutside = !isRelative(module);
      return isOutside
        ? { outside: { module: module.replace(/^node:/, ''), name } }
        : { node: undefined };
    }
    const again = target.exported.get(name);
    if (again !== undefined && again.module !== '') return this.#imported(target, again);
    return { node: target.declared.get(again?.name ?? name)?.find(isTopLevel) };
  }

  /** The methods of that name of what a variable, or a field, was made as. */
  #methodsOf(owner: ts.Expression, name: string, from: CalledFile): FunctionNode[] {
    const key = ts.isPropertyAccessExpression(owner) ? owner.name.text : owner.getText();
    const made = from.instances.get(key);
    const found = made === undefined ? undefined : this.#declarationOf(made, from);
    if (found === undefined || !('node' in found) || found.node === undefined) return [];
    const { node } = found;
    const members = this.files.get(node.getSourceFile().fileName)?.members.get(name) ?? [];
    return members.filter((each) => each.parent === node || each.parent.parent === node);
  }

  #member(node: ts.PropertyAccessExpression, from: CalledFile): Callee {
    const name = node.name.text;
    const owner = bare(node.expression);
    const imported = ts.isIdentifier(owner) ? from.imports.get(owner.text) : undefined;
    if (imported !== undefined && (imported.name === '*' || imported.name === 'default')) {
      const called = this.#imported(from, { module: imported.module, name });
      if ('outside' in called) return { functions: [], ...called };
      if (called.node !== undefined) return { functions: bodiesOf(called.node) };
    }
    const methods = this.#methodsOf(owner, name, from);
    if (methods.length > 0) return { functions: methods };
    if (owner.kind === ts.SyntaxKind.ThisKeyword) {
      const own = (from.members.get(name) ?? []).find((each) => isInClassOf(node, each));
      if (own !== undefined) return { functions: [own] };
    }
    const all = [...this.files.values()].flatMap((file) => file.members.get(name) ?? []);
    if (all.length === 1 && !usual.has(name)) return { functions: all };
    const isGlobal = ts.isIdentifier(owner) && !from.declared.has(owner.text);
    if (!isGlobal || imported !== undefined) return { functions: [] };
    return { functions: [], outside: { module: '', name: `${owner.text}.${name}` } };
  }
}

function isTopLevel(node: ts.Node): boolean {
  let at = node.parent;
  while (ts.isVariableDeclarationList(at) || ts.isVariableStatement(at)) at = at.parent;
  return ts.isSourceFile(at);
}

/** Whether a node is in the class, or the object, that a member belongs to. */
function isInClassOf(node: ts.Node, member: FunctionNode): boolean {
  const holder = ts.isPropertyDeclaration(member.parent) ? member.parent.parent : member.parent;
  return holder.pos <= node.pos && node.end <= holder.end;
}

/** What runs when a declaration is called, or made with `new`. */
function bodiesOf(declaration: ts.Node | undefined): FunctionNode[] {
  if (declaration === undefined) return [];
  const own = functionOf(declaration);
  if (own !== undefined) return [own];
  if (!ts.isClassLike(declaration)) return [];
  return declaration.members.filter(ts.isConstructorDeclaration);
}
