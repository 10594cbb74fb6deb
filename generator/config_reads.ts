/**
 * What a config reads besides its own text, found in its syntax when it is transformed. A build may
 * be skipped only while all of that is the same, so this knows the little that is certain: imports
 * of `loomgen` and of files named in full, `process.env.NAME`, and globals that always give the
 * same. Whatever else is mentioned (the clock, chance, files, packages, `require`) makes a source
 * `unknown`, and then nothing is skipped. It guards against accident, not against a config that
 * hides what it does.
 *
 * The finding is appended to the transformed source as a call, so that it is kept in jiti's cache
 * together with what it is about.
 */
import { sha256 } from './plan.ts';

/** What one source reads. */
export interface SourceReads {
  /** The SHA-256 of the text that was transformed, in hexadecimal. */
  sha256: string;
  /** Names of environment variables, sorted. */
  variables: string[];
  /** Relative imports as they are written, sorted. */
  imports: string[];
  /** Whether it may read something that is not listed here. */
  unknown: boolean;
}

/** A node of Babel's syntax tree. */
interface SyntaxNode {
  type: string;
  [key: string]: unknown;
}

/** The part of Babel's file object that is used here. */
interface TransformedFile {
  code: string;
  ast: { program: SyntaxNode & { body: SyntaxNode[] } };
  scope: { globals: Readonly<Record<string, unknown>> };
}

/** Under this symbol the thread that runs a config keeps the function that takes findings. */
export const reportSymbol = Symbol.for('loomgen.reads');

/** Globals that give the same whenever and wherever; all but what `uncertain` names. */
const certainGlobals = new Set(
  [
    'Array BigInt Boolean Error Infinity JSON Map Math NaN Number Object Promise RangeError RegExp',
    'Set String Symbol TypeError isFinite isNaN parseFloat parseInt undefined',
  ]
    .join(' ')
    .split(' '),
);

/** Members of certain things that are not: chance, the locale, ways to every other global. */
const uncertain = new Set(
  [
    '__proto__ constructor localeCompare random',
    'toLocaleDateString toLocaleLowerCase toLocaleString toLocaleTimeString toLocaleUpperCase',
  ]
    .join(' ')
    .split(' '),
);

/** Syntax that only the type checker reads. */
const typesOnly = new Set(
  [
    'TSInterfaceDeclaration TSTypeAliasDeclaration TSTypeAnnotation',
    'TSTypeParameterDeclaration TSTypeParameterInstantiation',
  ]
    .join(' ')
    .split(' '),
);

/** An expression with a type beside it. */
const typedExpressions = new Set(
  'TSAsExpression TSNonNullExpression TSSatisfiesExpression TSTypeAssertion'.split(' '),
);

/** Keys of nodes that hold no syntax. */
const notSyntax = new Set(
  'loc start end range extra errors tokens leadingComments trailingComments innerComments'.split(
    ' ',
  ),
);

function isNode(value: unknown): value is SyntaxNode {
  return typeof (value as { type?: unknown } | null | undefined)?.type === 'string';
}

/** The variable's name in `process.env.NAME`; undefined for all other syntax. */
function variableOf(node: SyntaxNode): string | undefined {
  const nameOf = (member: unknown): [object: unknown, name: unknown] => {
    if (!isNode(member) || member.type !== 'MemberExpression' || member.computed) return [0, 0];
    return [member.object, isNode(member.property) ? member.property.name : undefined];
  };
  const [environment, name] = nameOf(node);
  const [object, env] = nameOf(environment);
  const isProcess = isNode(object) && object.type === 'Identifier' && object.name === 'process';
  return isProcess && env === 'env' && typeof name === 'string' ? name : undefined;
}

/** What is gathered on the way through a tree. */
interface Gathered {
  names: Set<string>;
  variables: Set<string>;
  imports: Set<string>;
  unknown: boolean;
}

/** Notes the module that an import or a re-export names. */
function gatherSource(node: SyntaxNode, gathered: Gathered): void {
  if (!isNode(node.source)) return;
  const specifier = String(node.source.value);
  if (/^\.\.?\//.test(specifier)) gathered.imports.add(specifier);
  else if (specifier !== 'loomgen') gathered.unknown = true;
}

/** Looks at one node; gives what of it is to be looked at in turn. */
function gather(node: SyntaxNode, gathered: Gathered): unknown[] {
  const variable = variableOf(node);
  if (variable !== undefined) {
    gathered.variables.add(variable);
    return [];
  }
  if (typesOnly.has(node.type)) return [];
  if (typedExpressions.has(node.type)) return [node.expression];
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      if (node.importKind === 'type' || node.exportKind === 'type') return [];
      gatherSource(node, gathered);
      break;
    case 'Identifier':
      gathered.names.add(String(node.name));
      break;
    case 'StringLiteral':
      if (uncertain.has(String(node.value))) gathered.unknown = true;
      break;
    case 'Import':
    case 'ImportExpression':
    case 'MetaProperty':
      gathered.unknown = true;
      break;
    default:
      if (node.type.startsWith('TS')) gathered.unknown = true;
  }
  return Object.entries(node).flatMap(([key, value]) => (notSyntax.has(key) ? [] : [value]));
}

/** Finds what a source reads; `globals` are the names in it that nothing in it declares. */
function readsOf(file: TransformedFile): SourceReads {
  const gathered: Gathered = {
    names: new Set(),
    variables: new Set(),
    imports: new Set(),
    unknown: false,
  };
  // Bounded by the size of the source, which has been parsed already.
  const open: unknown[] = [file.ast.program];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) open.push(...next);
    else if (isNode(next)) open.push(...gather(next, gathered));
  }
  const { names, variables, imports } = gathered;
  const globals = Object.keys(file.scope.globals).filter((name) => names.has(name));
  const isCertain =
    globals.every((name) => certainGlobals.has(name)) &&
    [...names].every((name) => !uncertain.has(name));
  return {
    sha256: sha256(file.code),
    variables: [...variables].sort(),
    imports: [...imports].sort(),
    unknown: gathered.unknown || !isCertain,
  };
}

/** A statement that hands a finding to whoever runs the source. */
function reportStatement(reads: SourceReads): SyntaxNode {
  const name = (text: string): SyntaxNode => ({ type: 'Identifier', name: text });
  const text = (value: string): SyntaxNode => ({ type: 'StringLiteral', value });
  const member = (object: SyntaxNode, property: SyntaxNode, computed: boolean): SyntaxNode => ({
    ...{ type: 'MemberExpression', object, property, computed },
  });
  const call = (callee: SyntaxNode, value: SyntaxNode): SyntaxNode => ({
    ...{ type: 'CallExpression', callee, arguments: [value] },
  });
  const symbol = call(
    member(name('Symbol'), name('for'), false),
    text(Symbol.keyFor(reportSymbol) ?? ''),
  );
  const report = member(name('globalThis'), symbol, true);
  return { type: 'ExpressionStatement', expression: call(report, text(JSON.stringify(reads))) };
}

/** A Babel plugin that appends to each source the report of what it reads. */
export function reportReads(): object {
  return {
    pre(file: TransformedFile): void {
      file.ast.program.body.push(reportStatement(readsOf(file)));
    },
  };
}
