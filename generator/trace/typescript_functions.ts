/**
 * What the transform has to know of a function in TypeScript: where its body is, where it waits,
 * and whether a zone can be around its statements at all.
 */
import { ts } from 'ts-morph';
import { type FunctionNode, isFunctionNode } from './typescript_names.ts';

/** The children of a node, in the order of the text. */
export function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}

/** The body of a function: a block, or the expression of an arrow; undefined: a signature only. */
export function bodyOf(node: FunctionNode): ts.Block | ts.Expression | undefined {
  return node.body;
}

/** All nodes below one, itself first, in the order of the text. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    found.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return found;
}

/** What belongs to a function itself, in the order of the text: not the bodies of inner ones. */
export function ownNodes(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    found.push(each);
    const body = isFunctionNode(each) ? bodyOf(each) : undefined;
    ts.forEachChild(each, (child) => {
      if (child !== body) visit(child);
    });
  };
  visit(node);
  return found;
}

/** `await using` in a declaration. */
export function isAwaitUsing(list: ts.Node | undefined): boolean {
  const using = ts.NodeFlags.AwaitUsing;
  return list !== undefined && ts.isVariableDeclarationList(list) && (list.flags & using) === using;
}

/** A loop that waits between its rounds: `for await`, or one whose variable is disposed of. */
export function isWaitingLoop(node: ts.Node): node is ts.ForOfStatement {
  if (!ts.isForOfStatement(node)) return false;
  return node.awaitModifier !== undefined || isAwaitUsing(node.initializer);
}

/** Whether a function is an async generator, in which `return` waits for its value. */
export function isAsyncGenerator(node: FunctionNode): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  const isAsync = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false;
  return isAsync && 'asteriskToken' in node && node.asteriskToken !== undefined;
}

/** Whether a node of an own function is one at which the function waits. */
export function isSuspension(node: ts.Node, returnsWait: boolean): boolean {
  if (ts.isAwaitExpression(node) || ts.isYieldExpression(node) || isWaitingLoop(node)) return true;
  if (ts.isVariableStatement(node)) return isAwaitUsing(node.declarationList);
  return returnsWait && ts.isReturnStatement(node) && node.expression !== undefined;
}

/** Names that a pattern or a plain name declares. */
function* boundNames(name: ts.BindingName): Generator<string> {
  if (ts.isIdentifier(name)) yield name.text;
  else {
    for (const element of name.elements) {
      if (ts.isBindingElement(element)) yield* boundNames(element.name);
    }
  }
}

/** Names that statements declare for the block that they stand in. */
export function blockNames(statements: readonly ts.Statement[]): string[] {
  return statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => [...boundNames(name)]);
    }
    const isNamed =
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement);
    return isNamed && statement.name !== undefined ? [statement.name.text] : [];
  });
}

/** A function that is declared twice, or as a variable too, is an error inside of a block. */
function clashOf(body: ts.Block): string | undefined {
  const functions = body.statements.filter(ts.isFunctionDeclaration);
  const declared = functions.flatMap((each) => (each.body && each.name ? [each.name.text] : []));
  if (declared.length === 0) return undefined;
  const variables = ownNodes(body).flatMap((node) => {
    const isVar =
      ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0;
    return isVar ? node.declarations.flatMap(({ name }) => [...boundNames(name)]) : [];
  });
  return declared.find(
    (name, position) => declared.indexOf(name) !== position || variables.includes(name),
  );
}

/** Why a zone around the statements of a function would change what it does, as half a sentence. */
export function whyLeftOut(body: ts.Block | ts.Expression): string | undefined {
  if (!ts.isBlock(body)) return undefined;
  const clash = clashOf(body);
  if (clash !== undefined) return `it declares '${clash}' twice`;
  for (const node of ownNodes(body)) {
    if (ts.isForStatement(node) && isAwaitUsing(node.initializer)) {
      return "it has 'await using' in the head of a for (;;)";
    }
  }
  return undefined;
}

const noTrace = /loom:\s*no[ -]trace\b/;

/** What a comment before a function may stand in front of. */
const isHolder = (node: ts.Node): boolean =>
  ts.isVariableDeclaration(node) ||
  ts.isVariableDeclarationList(node) ||
  ts.isVariableStatement(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isPropertyDeclaration(node) ||
  ts.isExportAssignment(node) ||
  ts.isBinaryExpression(node) ||
  ts.isParenthesizedExpression(node) ||
  ts.isExpressionStatement(node);

/** Whether the comments between a place and the text at `start` say `loom: no trace`. */
function saysNoTrace(text: string, place: number, start: number): boolean {
  // Those on the line of the token before are trailing ones to the compiler. They belong to what
  // follows when that is on the line too.
  const trailing = (ts.getTrailingCommentRanges(text, place) ?? []).filter(
    ({ end }) => !text.slice(end, start).includes('\n'),
  );
  const leading = ts.getLeadingCommentRanges(text, place) ?? [];
  return [...trailing, ...leading].some(({ pos, end }) => noTrace.test(text.slice(pos, end)));
}

/** Whether a comment before a function, or first in its body, says `loom: no trace`. */
export function isSilenced(node: FunctionNode, file: ts.SourceFile): boolean {
  const body = bodyOf(node);
  if (body !== undefined && ts.isBlock(body)) {
    const inside = body.getStart(file) + 1;
    if (saysNoTrace(file.text, inside, inside)) return true;
  }
  for (let at: ts.Node = node; at === node || isHolder(at); at = at.parent) {
    if (saysNoTrace(file.text, at.pos, at.getStart(file))) return true;
  }
  return false;
}
