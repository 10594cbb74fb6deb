/**
 * What one C++ source does, as far as it matters for blocking: the calls of each function, its
 * variables' types, loops without an end, and the comments that allow something. By syntax alone.
 */
import type { Node } from 'web-tree-sitter';
import { type CppFunction, functionsOf } from '../trace/cpp_functions.ts';
import { oneLine } from '../trace/cpp_names.ts';
import type { CppParser } from '../trace/cpp_tree.ts';
import { allowComment } from './allow_comment.ts';
import { isEndless } from './endless.ts';
import { plainName } from './plain_name.ts';

/** One thing that a function does. */
export interface Deed {
  kind: 'call' | 'method' | 'variable' | 'new' | 'loop';
  /** As it is written, without template arguments: a function, a method, a type, a keyword. */
  name: string;
  /** Of a method: the last name of what it is called on; else empty. */
  receiver: string;
  /** Whether the name begins with `::`: it is the system's before it is anybody's. */
  isGlobal: boolean;
  /** Counted from 1. */
  line: number;
  column: number;
  /** Characters to underline. */
  length: number;
}

/** A function and what it does, its lambdas included unless they are handed to a pool. */
export interface FunctionFacts {
  name: string;
  line: number;
  deeds: Deed[];
}

/** One source. */
export interface SourceFacts {
  /** Absolute. */
  file: string;
  functions: FunctionFacts[];
  /** Declared types by the names of variables, members and parameters. */
  types: Map<string, string>;
  /** Lines on which blocking is allowed, counted from 1. */
  allowed: Set<number>;
  /** Comments that would allow it and do not say why. */
  reasonless: { line: number; column: number; length: number }[];
}

const pattern = `
  (call_expression) @call
  (new_expression) @new
  (assignment_expression operator: "+=") @append
  (declaration) @declared
  (field_declaration) @declared
  (parameter_declaration) @declared
  (while_statement) @loop
  (for_statement) @loop
  (do_statement) @loop
`;

function deed(kind: Deed['kind'], name: string, node: Node, receiver = ''): Deed {
  const { row, column } = node.startPosition;
  const firstLine = node.text.split('\n', 1)[0] ?? '';
  const length = Math.max(1, firstLine.length);
  const isGlobal = kind === 'call' && node.text.startsWith('::');
  return { kind, name, receiver, isGlobal, line: row + 1, column: column + 1, length };
}

function ofCall(call: Node): Deed | null {
  const called = call.childForFieldName('function');
  if (called === null) return null;
  if (called.type !== 'field_expression') return deed('call', plainName(called.text), called);
  const field = called.childForFieldName('field');
  if (field === null) return null;
  const on = called.childForFieldName('argument')?.text ?? '';
  return deed('method', plainName(field.text), field, receiverOf(on));
}

/** The last name of what something is done to: `text` of `state.text` and `state.text[1]`. */
function receiverOf(expression: string): string {
  return /(\w+)\s*(?:\(\s*\)|\[[^\]]*\])?$/.exec(expression)?.[1] ?? '';
}

function ofAppend(assignment: Node): Deed {
  const left = assignment.childForFieldName('left');
  return deed('method', '+=', assignment, receiverOf(left?.text ?? ''));
}

function ofLoop(loop: Node): Deed | null {
  if (!isEndless(loop)) return null;
  const keyword = loop.type.replace('_statement', '');
  return { ...deed('loop', `an endless ${keyword} loop`, loop), length: keyword.length };
}

/** Whether a lambda runs on a worker of a pool: the job of `offload` or `submit`. */
function isJob(lambda: Node): boolean {
  const list = lambda.parent;
  const call = list?.parent;
  if (list?.type !== 'argument_list' || call?.type !== 'call_expression') return false;
  const called = plainName(call.childForFieldName('function')?.text ?? '');
  if (/(?:^|::)offload$/.test(called)) return true;
  return /\bpools?\b.*\.submit$/s.test(called) && list.namedChild(0)?.id === lambda.id;
}

/** The innermost function around an offset; they are in the order of their starts. */
function around(functions: readonly CppFunction[], offset: number): CppFunction | null {
  let found: CppFunction | null = null;
  for (const each of functions) {
    if (each.start > offset) break;
    if (each.bodyStart <= offset && offset < each.bodyEnd) found = each;
  }
  return found;
}

/** Notes the lines with the comment, and the line below where it stands alone. */
function noteAllowed(text: string, { allowed, reasonless }: SourceFacts): void {
  for (const [row, line] of text.split(/\r?\n/).entries()) {
    const comment = allowComment(line);
    if (comment === null) continue;
    const { index, length, isAlone, hasReason } = comment;
    if (hasReason) allowed.add(isAlone ? row + 2 : row + 1);
    else reasonless.push({ line: row + 1, column: index + 1, length });
  }
}

/** Notes the type of what a declaration declares. */
function noteTypes(node: Node, types: Map<string, string>): string | null {
  const type = node.childForFieldName('type');
  if (type === null) return null;
  const name = oneLine(type.text);
  for (const declarator of node.childrenForFieldName('declarator')) {
    const declared = /^[&*\s]*([A-Za-z_]\w*)/.exec(declarator?.text ?? '')?.[1];
    if (declared !== undefined) types.set(declared, name);
  }
  return name;
}

/** The deeds of every function of a tree, and the types of variables. */
function collect(
  root: Node,
  parser: CppParser,
  facts: SourceFacts,
  functions: CppFunction[],
): void {
  const bodies = functions.filter(({ kind }) => kind === 'function');
  const owners = new Map(functions.map((each) => [each, { ...each, deeds: [] as Deed[] }]));
  const jobs = root.descendantsOfType('lambda_expression').filter((each) => each !== null);
  const ranges = jobs.filter(isJob).map(({ startIndex, endIndex }) => ({ startIndex, endIndex }));
  for (const { name: kind, node } of parser.query(pattern).captures(root)) {
    const at = node.startIndex;
    let made: Deed | null = null;
    if (kind === 'call') made = ofCall(node);
    else if (kind === 'append') made = ofAppend(node);
    else if (kind === 'loop') made = ofLoop(node);
    else if (kind === 'new') {
      if (node.childForFieldName('placement') === null) made = deed('new', 'new', node);
    } else {
      const type = noteTypes(node, facts.types);
      if (type !== null && node.type === 'declaration')
        made = deed('variable', plainName(type), node);
    }
    if (made === null || ranges.some((job) => job.startIndex <= at && at < job.endIndex)) continue;
    const owner = around(bodies, at);
    if (owner !== null) owners.get(owner)?.deeds.push(made);
  }
  for (const [{ kind, name, line }, { deeds }] of owners) {
    if (kind === 'function') facts.functions.push({ name, line, deeds });
  }
}

/** Reads one source. `file` is absolute and only noted. */
export function factsOf(parser: CppParser, file: string, text: string): SourceFacts {
  const facts: SourceFacts = {
    file,
    functions: [],
    types: new Map(),
    allowed: new Set(),
    reasonless: [],
  };
  noteAllowed(text, facts);
  const { functions } = functionsOf(parser, text);
  const tree = parser.parse(text);
  try {
    collect(tree.rootNode, parser, facts, functions);
  } finally {
    tree.delete();
  }
  return facts;
}
