/**
 * Finds calls that block in the TypeScript of a program: in listeners, onBatch() callbacks and the
 * rounds of `for await`, and in the functions of the same sources that these call. Which calls
 * block is in schemas/blocking_calls_typescript.ts.
 */
import { ts } from 'ts-morph';
import { blockingCalls, harmlessModules } from '../../schemas/blocking_calls_typescript.ts';
import { allowComment } from '../blocking/allow_comment.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import { Calls } from './typescript_calls.ts';
import { nodesOf } from './typescript_functions.ts';
import { placeIn } from './typescript_modules.ts';
import { type FunctionNode, isFunctionNode, qualifiedName } from './typescript_names.ts';

/** Statements that a program runs for each thing that comes, and what to call them. */
interface Handler {
  name: string;
  body: ts.Node;
}

/** A text on one line, short enough for a sentence. */
function brief(node: ts.Node): string {
  const text = node.getText().replace(/\s+/g, ' ');
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}

/** A callback that is called for each thing that comes. */
interface Callback {
  name: string;
  callback: ts.Expression;
}

/** Methods of an emitter by which a listener is registered, events of Node. */
const listening = new Set(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener']);

/** What a call registers as a handler: server.on('close', …), source.onBatch(…). */
function callbackOf(call: ts.CallExpression): Callback | undefined {
  const callee = call.expression;
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  const owner = brief(callee.expression);
  const [first, second] = call.arguments;
  if (callee.name.text === 'onBatch' && first !== undefined) {
    return { name: `the onBatch() callback of ${owner}`, callback: first };
  }
  // What a process does at its end or at a signal is no message of a reactor's.
  const isListener = listening.has(callee.name.text) && owner !== 'process';
  if (!isListener || first === undefined || second === undefined) return undefined;
  return ts.isStringLiteralLike(first)
    ? { name: `the '${first.text}' listener of ${owner}`, callback: second }
    : undefined;
}

function isEndless(node: ts.Node): node is ts.IterationStatement {
  const isTrue = (condition: ts.Expression): boolean =>
    condition.kind === ts.SyntaxKind.TrueKeyword || condition.getText() === '1';
  if (ts.isForStatement(node)) return node.condition === undefined || isTrue(node.condition);
  return (ts.isWhileStatement(node) || ts.isDoStatement(node)) && isTrue(node.expression);
}

/** Whether a loop's body waits somewhere, or leaves the loop. */
function endsOrWaits(node: ts.Node, isInner = false): boolean {
  if (isFunctionNode(node)) return false;
  const isLeft =
    ts.isReturnStatement(node) ||
    ts.isThrowStatement(node) ||
    ts.isAwaitExpression(node) ||
    ts.isYieldExpression(node) ||
    (ts.isForOfStatement(node) && node.awaitModifier !== undefined) ||
    (ts.isBreakStatement(node) && (!isInner || node.label !== undefined));
  if (isLeft) return true;
  const inner = isInner || ts.isIterationStatement(node, false) || ts.isSwitchStatement(node);
  let found = false;
  ts.forEachChild(node, (child) => {
    found ||= endsOrWaits(child, inner);
  });
  return found;
}

/** Looks through the handlers of some files. */
class Search {
  readonly diagnostics: Diagnostic[] = [];
  readonly #calls: Calls;
  /** Functions and bodies that were looked through: one report a place is enough. */
  readonly #seen = new Set<ts.Node>();
  readonly #reported = new Set<ts.Node>();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  run(): void {
    for (const { file } of this.#calls.files.values()) {
      this.#comments(file);
      for (const node of nodesOf(file)) {
        for (const { name, body } of this.#handlersAt(node)) this.#look(body, name, []);
      }
    }
  }

  #handlersAt(node: ts.Node): Handler[] {
    if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) {
      return [{ name: `for await over ${brief(node.expression)}`, body: node.statement }];
    }
    const found = ts.isCallExpression(node) ? callbackOf(node) : undefined;
    if (found === undefined) return [];
    const { functions } = this.#calls.calleeOf(found.callback);
    return functions.map((body) => ({ name: found.name, body }));
  }

  /** Looks through a body, and then through what it calls. */
  #look(body: ts.Node, handler: string, way: readonly FunctionNode[]): void {
    if (this.#seen.has(body)) return;
    this.#seen.add(body);
    for (const node of nodesOf(body)) {
      if (isEndless(node) && !endsOrWaits(node.statement)) {
        this.#report(node, (at) => diagnostic('LOOM7202', { handler, way: shown(way) }, at));
      }
      if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) continue;
      const { functions, outside } = this.#calls.calleeOf(node.expression);
      for (const called of functions) {
        const inside = way.length < maximumCalls && !way.includes(called);
        if (inside) this.#look(called, handler, [...way, called]);
      }
      if (outside !== undefined) this.#judge(node, outside, handler, way);
    }
  }

  #judge(
    node: ts.CallExpression | ts.NewExpression,
    { module, name }: { module: string; name: string },
    handler: string,
    way: readonly FunctionNode[],
  ): void {
    const row = blockingCalls.find(
      (each) =>
        each.calls.test(name) &&
        (each.module === module ||
          (each.module === '*' && module !== '' && !harmlessModules.includes(module))),
    );
    if (row === undefined) return;
    const fix = row.fix.replace('{name}', name.replace(/Sync$/, ''));
    const holes = { call: `${brief(node.expression)}()`, handler, way: shown(way) };
    this.#report(node.expression, (at) =>
      diagnostic('LOOM7201', { ...holes, why: row.why, fix }, at),
    );
  }

  /** Adds a diagnostic at a node, unless its line or the one above says why it may. */
  #report(node: ts.Node, make: (at: Pick<Diagnostic, 'place'>) => Diagnostic): void {
    if (this.#reported.has(node)) return;
    this.#reported.add(node);
    const file = node.getSourceFile();
    const place = placeIn(file, file.fileName, node.getStart(), brief(node).length);
    const lines = file.text.split(/\r?\n/);
    const above = lines[place.line - 2]?.trim() ?? '';
    const comments = [lines[place.line - 1] ?? '', /^\/[/*]/.test(above) ? above : ''];
    if (comments.some((line) => allowComment(line)?.hasReason === true)) return;
    this.diagnostics.push(make({ place }));
  }

  /** Comments that allow something and do not say why. */
  #comments(file: ts.SourceFile): void {
    for (const [index, line] of file.text.split(/\r?\n/).entries()) {
      const found = allowComment(line);
      if (found === null || found.hasReason) continue;
      const { length } = found;
      const place = { file: file.fileName, line: index + 1, column: found.index + 1, length };
      this.diagnostics.push(diagnostic('LOOM7203', {}, { place }));
    }
  }
}

/** Longest chain of calls that is followed. */
const maximumCalls = 32;

/** How a handler comes to a call, as the end of a sentence. */
function shown(way: readonly FunctionNode[]): string {
  if (way.length === 0) return '';
  return `, by way of ${way.map((each) => `${qualifiedName(each)}()`).join(' and ')}`;
}

/**
 * Finds what blocks in the handlers of a program.
 *
 * @param sources texts by absolute paths; what does not parse is not looked at.
 * @returns LOOM7201 and LOOM7202, warnings, and LOOM7203, an error, in the order of the sources and
 * of their lines.
 */
export function blockingTypeScript(sources: ReadonlyMap<string, string>): Diagnostic[] {
  const search = new Search(new Calls(sources));
  search.run();
  const order = [...sources.keys()];
  const rank = ({ place }: Diagnostic): number => order.indexOf(place?.file ?? '');
  return search.diagnostics.sort(
    (one, other) =>
      rank(one) - rank(other) ||
      (one.place?.line ?? 0) - (other.place?.line ?? 0) ||
      (one.place?.column ?? 0) - (other.place?.column ?? 0),
  );
}
