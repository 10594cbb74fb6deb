/**
 * Loops of C++ that nothing ends and in which nothing else has its turn, by their syntax tree:
 * comments, literals and lambdas inside of them leave no loop.
 */
import type { Node } from 'web-tree-sitter';
import { plainName } from './plain_name.ts';

/** Calls after which other connections had their turn, by the last part of their names. */
const waits = new RegExp(
  `^(?:${[
    String.raw`read\w*|write\w*|receive|send|wait\w*|sleep\w*|yield|await|accept|connect`,
    String.raw`offload|join|lock|when_\w+`,
  ].join('|')})$`,
);

/** Whether a condition is one that always holds; none always does. */
function isTrue(condition: Node | null): boolean {
  if (condition === null) return true;
  if (/^(?:condition_clause|parenthesized_expression)$/.test(condition.type)) {
    const inner = condition.namedChildren.filter((child) => child?.type !== 'comment');
    return inner.length === 1 && inner[0] != null && isTrue(inner[0]);
  }
  return condition.type === 'true' || (condition.type === 'number_literal' && +condition.text > 0);
}

/** Whether a call gives other connections their turn; the system's and the library's do not. */
function isWait(call: Node): boolean {
  const called = call.childForFieldName('function');
  if (called === null) return false;
  const name = (called.childForFieldName('field') ?? called).text;
  if (/^::\w+$|^(?:::)?(?:std|this_thread)::/.test(name)) return false;
  return waits.test(plainName(name).replace(/^.*::/s, ''));
}

const leaves = /^(?:return|throw|goto|co_return)_statement$|^throw_expression$/;
const suspends = /^co_(?:await_expression|yield_statement)$/;
const inner = /^(?:while|for|do|switch)_statement$|^for_range_loop$/;
const other = /^(?:lambda_expression|function_definition|(?:class|struct|union)_specifier)$/;

/** Whether a part of a loop's body leaves the loop or waits. `isInner`: in a loop or switch. */
function endsOrWaits(node: Node, isInner: boolean): boolean {
  if (leaves.test(node.type) || suspends.test(node.type)) return true;
  if (node.type === 'break_statement') return !isInner;
  if (node.type === 'call_expression' && isWait(node)) return true;
  const isIn = isInner || inner.test(node.type);
  return node.namedChildren.some(
    (child) => child !== null && !other.test(child.type) && endsOrWaits(child, isIn),
  );
}

/** Whether a `while`, `for` or `do` statement runs for good, and holds up everything else. */
export function isEndless(loop: Node): boolean {
  if (!isTrue(loop.childForFieldName('condition'))) return false;
  return !loop.namedChildren.some(
    (child) => child !== null && !other.test(child.type) && endsOrWaits(child, false),
  );
}
