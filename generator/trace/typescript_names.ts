/**
 * The names of functions in TypeScript, as a person would write them: `Book.apply`, `get Book.best`
 * for an accessor, `Book.#drop`, `new Book` for a constructor, `static Book` for a static block,
 * `main > server.on('close')` for a callback inside main. What has no name anywhere is
 * `(anonymous)`.
 */
import { ts } from 'ts-morph';

/** Everything that runs statements of its own. */
export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.AccessorDeclaration
  | ts.ConstructorDeclaration
  | ts.ClassStaticBlockDeclaration;

/** Longest text of a call or a key in a name; longer ones are cut. */
const maximumPartCharacters = 40;

/** Longest whole name; a viewer shows less. */
const maximumNameCharacters = 160;

const anonymous = '(anonymous)';

const functionKinds: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.FunctionExpression,
  ts.SyntaxKind.ArrowFunction,
  ts.SyntaxKind.MethodDeclaration,
  ts.SyntaxKind.GetAccessor,
  ts.SyntaxKind.SetAccessor,
  ts.SyntaxKind.Constructor,
  ts.SyntaxKind.ClassStaticBlockDeclaration,
]);

/** Whether a node is a function with a body, or one without. */
export function isFunctionNode(node: ts.Node): node is FunctionNode {
  return functionKinds.has(node.kind);
}

/** A text without line breaks, cut to `limit` characters. */
function short(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= limit ? line : `${line.slice(0, limit - 3)}...`;
}

/** What is called: `server.on`; `.map` where that is called on no name. */
function calleeName(callee: ts.Expression): string {
  if (!ts.isPropertyAccessExpression(callee)) return callee.getText();
  let owner: ts.Expression = callee.expression;
  while (ts.isPropertyAccessExpression(owner)) owner = owner.expression;
  const isNamed = ts.isIdentifier(owner) || owner.kind === ts.SyntaxKind.ThisKeyword;
  return isNamed ? callee.getText() : `.${callee.name.text}`;
}

/** A call as a place: `server.on('close')`, `setTimeout(...)`. */
function callName(call: ts.CallExpression | ts.NewExpression): string {
  const callee = short(calleeName(call.expression), maximumPartCharacters);
  const [first] = call.arguments ?? [];
  const isEvent = first !== undefined && ts.isStringLiteral(first);
  const given = isEvent ? `'${short(first.text, maximumPartCharacters)}'` : '...';
  return `${ts.isNewExpression(call) ? 'new ' : ''}${callee}(${given})`;
}

/** A key, after its owner's name: `.apply`, `.#drop`, `['a b']`, `[Symbol.iterator]`. */
function keyOf(name: ts.PropertyName): string {
  if (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) return `.${name.text}`;
  if (ts.isComputedPropertyName(name)) return short(name.getText(), maximumPartCharacters);
  return `[${short(name.getText(), maximumPartCharacters)}]`;
}

const isWrapper = (node: ts.Node): boolean =>
  ts.isParenthesizedExpression(node) ||
  ts.isAsExpression(node) ||
  ts.isSatisfiesExpression(node) ||
  ts.isNonNullExpression(node);

/** The name that a value has from where it stands: a variable, a field, a key, an argument. */
function placeName(value: ts.Node): string {
  let node = value;
  while (isWrapper(node.parent)) node = node.parent;
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) {
    return ts.isIdentifier(parent.name) ? parent.name.text : anonymous;
  }
  if (ts.isPropertyDeclaration(parent)) return memberName(parent);
  if (ts.isPropertyAssignment(parent)) return memberName(parent);
  if (ts.isExportAssignment(parent)) return 'default';
  if (ts.isBinaryExpression(parent) && parent.right === node) {
    return short(parent.left.getText().replace(/^this\./, ''), maximumPartCharacters);
  }
  const isArgument =
    (ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== node;
  return isArgument ? callName(parent) : anonymous;
}

/** What a member belongs to: its class or its object. */
function ownerName(owner: ts.Node): string {
  if (ts.isClassLike(owner) && owner.name !== undefined) return owner.name.text;
  return isDefaultExport(owner) ? 'default' : placeName(owner);
}

function isDefaultExport(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false;
}

type Member =
  | ts.PropertyDeclaration
  | ts.PropertyAssignment
  | ts.MethodDeclaration
  | ts.AccessorDeclaration;

/** A member with its owner; with nothing before it in an object that has no name. */
function memberName({ parent, name }: Member): string {
  const owner = ownerName(parent);
  const key = keyOf(name);
  if (owner !== anonymous || ts.isClassLike(parent)) return `${owner}${key}`;
  return key.replace(/^\./, '');
}

/** The name of a function without that of what it stands in. */
function ownName(node: FunctionNode): string {
  if (ts.isConstructorDeclaration(node)) return `new ${ownerName(node.parent)}`;
  if (ts.isClassStaticBlockDeclaration(node)) return `static ${ownerName(node.parent)}`;
  if (ts.isGetAccessor(node)) return `get ${memberName(node)}`;
  if (ts.isSetAccessor(node)) return `set ${memberName(node)}`;
  if (ts.isMethodDeclaration(node)) return memberName(node);
  if (!ts.isArrowFunction(node) && node.name !== undefined) return node.name.text;
  return isDefaultExport(node) ? 'default' : placeName(node);
}

/** What stands around a function: other functions, fields whose values hold it, namespaces. */
function* around(node: FunctionNode): Generator<string> {
  let inner: ts.Node = node;
  while (isWrapper(inner.parent)) inner = inner.parent;
  const isField = ts.isPropertyDeclaration(inner.parent);
  for (let at = isField ? inner.parent.parent : inner.parent; at !== undefined; at = at.parent) {
    if (isFunctionNode(at)) yield `${ownName(at)} > `;
    else if (ts.isPropertyDeclaration(at)) yield `${memberName(at)} > `;
    else if (ts.isModuleDeclaration(at)) yield `${at.name.text}.`;
  }
}

/** The whole name of a function, from the outermost function that holds it. */
export function qualifiedName(node: FunctionNode): string {
  const outer = [...around(node)].reverse().join('');
  return short(`${outer}${ownName(node)}`, maximumNameCharacters);
}
