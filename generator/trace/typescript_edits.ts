/**
 * The edits that put zones into functions. Everything is inserted, nothing removed, and always on
 * the line where it belongs, so that no line moves. Nodes are visited from outside in: what opens
 * at a place is then in that order too, and what closes there in the opposite one.
 */
import type MagicString from 'magic-string';
import { ts } from 'ts-morph';
import {
  blockNames,
  bodyOf,
  childrenOf,
  isAsyncGenerator,
  isAwaitUsing,
  isSuspension,
  isWaitingLoop,
  nodesOf,
  ownNodes,
} from './typescript_functions.ts';
import { type FunctionNode, isFunctionNode } from './typescript_names.ts';

/** Names that no program has; a file that imports one of them is instrumented already. */
export const names = {
  begin: 'loom$begin',
  end: 'loom$end',
  open: 'loom$open',
  register: 'loom$register',
  first: 'loom$first',
  id: 'loom$id',
  /** In a function: what `begin` gave; the zone of one that waits; a `using` beside another. */
  before: 'loom$before',
  zone: 'loom$zone',
  using: 'loom$using',
} as const;

const pause = `${names.zone}.pause`;
const resume = `${names.zone}.resume`;

/** The function that a node belongs to, as far as its edits care. */
interface Owner {
  /** It is traced and waits somewhere. */
  suspends: boolean;
  returnsWait: boolean;
}

const nobody: Owner = { suspends: false, returnsWait: false };

/** Gives the number of a function's zone in its file; undefined: it gets none. */
export type Chooser = (node: FunctionNode) => number | undefined;

/** The call of a derived constructor's own `super`, when it is a statement of its body. */
function superStatement(statement: ts.Statement): boolean {
  if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) {
    return false;
  }
  return statement.expression.expression.kind === ts.SyntaxKind.SuperKeyword;
}

function isDerivedConstructor(node: FunctionNode): boolean {
  if (!ts.isConstructorDeclaration(node) || !ts.isClassLike(node.parent)) return false;
  const clauses = node.parent.heritageClauses ?? [];
  return clauses.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
}

/** The last statement that stays in front of a zone: a directive, or the call of `super`. */
function lastBefore(node: FunctionNode, body: ts.Block): ts.Statement | undefined {
  const { statements } = body;
  if (isDerivedConstructor(node)) {
    const position = statements.findIndex(superStatement);
    // What is declared after it may be used by closures before it, which a block would hide.
    const later = new Set(blockNames(statements.slice(position + 1)));
    const isUsed = statements
      .slice(0, position + 1)
      .flatMap(nodesOf)
      .some((each) => ts.isIdentifier(each) && later.has(each.text));
    if (position >= 0 && !isUsed) return statements[position];
  }
  const count = statements.findIndex(
    (each) => !ts.isExpressionStatement(each) || !ts.isStringLiteral(each.expression),
  );
  return statements[(count < 0 ? statements.length : count) - 1];
}

/** Writes the zones of one file. */
export class ZoneEditor {
  readonly #text: MagicString;
  readonly #file: ts.SourceFile;
  readonly #choose: Chooser;
  #usings = 0;

  /** @param choose asked once for each function that has a body, from outside in. */
  constructor(text: MagicString, file: ts.SourceFile, choose: Chooser) {
    this.#text = text;
    this.#file = file;
    this.#choose = choose;
  }

  /** Edits the whole file. */
  run(): void {
    this.#visitChildren(this.#file, nobody);
  }

  #start(node: ts.Node): number {
    return node.getStart(this.#file);
  }

  /** Puts a text before a node and one after it; nodes around this one were wrapped before. */
  #wrap(node: ts.Node, before: string, after: string): void {
    this.#text.appendRight(this.#start(node), before);
    this.#text.prependLeft(node.end, after);
  }

  #visitChildren(node: ts.Node, owner: Owner): void {
    for (const child of childrenOf(node)) this.#visit(child, owner);
  }

  #visit(node: ts.Node, owner: Owner): void {
    if (isFunctionNode(node)) this.#visitFunction(node, owner);
    else if (!owner.suspends) this.#visitChildren(node, owner);
    else if (isWaitingLoop(node)) this.#visitLoop(node, owner);
    else this.#visitPlain(node, owner);
  }

  /** Anything in a function that waits somewhere. */
  #visitPlain(node: ts.Node, owner: Owner): void {
    if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) this.#suspend(node);
    else if (ts.isVariableStatement(node) && isAwaitUsing(node.declarationList)) {
      this.#disposeLater(node);
    } else if (ts.isReturnStatement(node) && owner.returnsWait && node.expression) {
      this.#wrap(node.expression, `${pause}(`, ')');
    } else if (ts.isTryStatement(node)) this.#reopen(node, owner);
    this.#visitChildren(node, owner);
  }

  #visitFunction(node: FunctionNode, owner: Owner): void {
    const body = bodyOf(node);
    const zone = body === undefined ? undefined : this.#choose(node);
    const returnsWait = isAsyncGenerator(node);
    let inner = nobody;
    if (body !== undefined && zone !== undefined) {
      const suspends = ownNodes(body).some((each) => isSuspension(each, returnsWait));
      inner = { suspends, returnsWait };
      this.#enclose(node, body, zone, suspends);
    }
    for (const child of childrenOf(node)) this.#visit(child, child === body ? inner : owner);
  }

  /** Opens and closes a zone around the statements of a function, or its one expression. */
  #enclose(node: FunctionNode, body: ts.Block | ts.Expression, zone: number, suspends: boolean) {
    const number = `${names.id}(${zone})`;
    const opening = suspends
      ? `const ${names.zone} = ${names.open}(${number}); try {`
      : `const ${names.before} = ${names.begin}(${number}); try {`;
    const closing = suspends
      ? `} finally { ${pause}(); }`
      : `} finally { ${names.end}(${names.before}); }`;
    if (!ts.isBlock(body)) return this.#wrap(body, `{ ${opening} return `, `; ${closing} }`);
    const last = lastBefore(node, body);
    if (last === undefined) this.#text.appendLeft(this.#start(body) + 1, ` ${opening}`);
    else this.#text.prependLeft(last.end, `${this.#semicolonAfter(last)} ${opening}`);
    this.#text.prependRight(body.end - 1, `${closing} `);
  }

  /** What separates a statement from one that is put behind it. */
  #semicolonAfter(statement: ts.Statement): string {
    return this.#file.text[statement.end - 1] === ';' ? '' : ';';
  }

  /** `await x` closes the zone when x is known, and opens it when the answer is there. */
  #suspend(node: ts.AwaitExpression | ts.YieldExpression): void {
    const isBare = node.expression === undefined;
    this.#wrap(node, `${resume}(`, isBare ? ` ${pause}())` : ')');
    if (node.expression) this.#wrap(node.expression, `${pause}(`, ')');
  }

  /** What throws while the zone is closed goes on in a catch or a finally: it opens there. */
  #reopen({ tryBlock, catchClause, finallyBlock }: ts.TryStatement, owner: Owner): void {
    let waits = false;
    for (const part of [tryBlock, catchClause, finallyBlock]) {
      const block = part !== undefined && ts.isCatchClause(part) ? part.block : part;
      if (block === undefined || part === undefined) continue;
      if (waits) this.#text.appendLeft(this.#start(block) + 1, ` ${resume}();`);
      waits ||= ownNodes(part).some((each) => isSuspension(each, owner.returnsWait));
    }
  }

  /** A zone is open in the rounds of the loop and after it; between them the loop waits. */
  #visitLoop(node: ts.ForOfStatement, owner: Owner): void {
    let whole: ts.Statement = node;
    while (ts.isLabeledStatement(whole.parent)) whole = whole.parent;
    this.#wrap(whole, 'try { ', ` } finally { ${resume}(); }`);
    this.#wrap(node.expression, `${pause}(`, ')');
    this.#wrap(node.statement, `{ ${resume}(); try { `, ` } finally { ${pause}(); } }`);
    // The head is evaluated while the zone is closed, and stays closed when it waits too.
    this.#visit(node.initializer, nobody);
    this.#visit(node.expression, owner);
    this.#visit(node.statement, owner);
  }

  /** The zone is closed while the block's end disposes of something and waits for it. */
  #disposeLater(node: ts.VariableStatement): void {
    this.#usings += 2;
    const first = `using ${names.using}${this.#usings - 1} = ${names.zone}.resuming(); `;
    const second = ` using ${names.using}${this.#usings} = ${names.zone}.pausing();`;
    this.#wrap(node, first, `${this.#semicolonAfter(node)}${second}`);
  }
}
