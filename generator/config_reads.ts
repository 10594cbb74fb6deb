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
  /** Relative imports as they are written, sorted; not those for types alone, which never run. */
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
  scope: {
    /** Names that nothing in the source declares. */
    globals: Readonly<Record<string, unknown>>;
    /** Names of its outermost scope. */
    bindings: Readonly<Record<string, unknown>>;
  };
}

/** The global that takes findings in the thread that runs a config. No config has to know it. */
export const reportName = 'loomgen.reads';

/**
 * Globals that give the same whenever and wherever; all but what `uncertain` names. RegExp is none:
 * `RegExp.$1` is of whatever was matched last, be it by what transforms configs.
 */
const certainGlobals = new Set(
  [
    'Array BigInt Boolean Error Infinity JSON Map Math NaN Number Object Promise RangeError Set',
    'String Symbol TypeError isFinite isNaN parseFloat parseInt undefined',
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
  const partsOf = (member: unknown): [object: unknown, name: unknown] => {
    if (!isNode(member) || member.type !== 'MemberExpression' || member.computed) return [0, 0];
    return [member.object, isNode(member.property) ? member.property.name : undefined];
  };
  const [environment, name] = partsOf(node);
  const [object, env] = partsOf(environment);
  const isProcess = isNode(object) && object.type === 'Identifier' && object.name === 'process';
  return isProcess && env === 'env' && typeof name === 'string' ? name : undefined;
}

/** What is gathered on the way through a tree. */
interface Gathered {
  /** Names that stand where values do. */
  names: Set<string>;
  /** Names that the source declares for the type checker: their values are the globals'. */
  declared: Set<string>;
  variables: Set<string>;
  /** Relative imports, each with the names that it brings. */
  imports: { specifier: string; names: string[] }[];
  unknown: boolean;
}

/** The nodes of a list; none when it is no list. */
function nodesOf(list: unknown): SyntaxNode[] {
  return Array.isArray(list) ? list.filter(isNode) : [];
}

/** The name of a node; empty when it has none. */
function nameOf(node: unknown): string {
  return isNode(node) && typeof node.name === 'string' ? node.name : '';
}

/** Notes the module that an import or a re-export names, and what it brings into the source. */
function gatherSource(node: SyntaxNode, names: string[], gathered: Gathered): void {
  if (!isNode(node.source)) return;
  const specifier = String(node.source.value);
  if (/^\.\.?\//.test(specifier)) gathered.imports.push({ specifier, names });
  else if (specifier !== 'loomgen') gathered.unknown = true;
}

/** Notes an import. One for types alone is taken out, and what it names is the globals' then. */
function gatherImport(node: SyntaxNode, gathered: Gathered): unknown[] {
  const specifiers = nodesOf(node.specifiers);
  const isType = ({ importKind }: SyntaxNode) => [importKind, node.importKind].includes('type');
  for (const { local } of specifiers.filter(isType)) gathered.declared.add(nameOf(local));
  const values = specifiers.filter((each) => !isType(each));
  if (specifiers.length > 0 && values.length === 0) return [];
  const names = values.map(({ local }) => nameOf(local));
  gatherSource(node, names, gathered);
  return [];
}

/** Notes an export; gives what of it is to be looked at in turn. */
function gatherExport(node: SyntaxNode, gathered: Gathered): unknown[] {
  const specifiers = nodesOf(node.specifiers);
  const values = specifiers.filter(({ exportKind }) => exportKind !== 'type');
  if (node.exportKind === 'type' && !isNode(node.declaration)) return [];
  if (specifiers.length > 0 && values.length === 0) return [];
  gatherSource(node, [], gathered);
  return [node.declaration, values];
}

/** Notes what `declare const` names. */
function gatherDeclared(node: SyntaxNode, gathered: Gathered): unknown[] {
  for (const { id } of nodesOf(node.declarations)) {
    if (nameOf(id) === '') gathered.unknown = true;
    gathered.declared.add(nameOf(id));
  }
  return [];
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
      return gatherImport(node, gathered);
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return gatherExport(node, gathered);
    case 'VariableDeclaration':
      if (node.declare === true) return gatherDeclared(node, gathered);
      break;
    case 'Identifier':
      gathered.names.add(String(node.name));
      break;
    case 'StringLiteral':
      if (uncertain.has(String(node.value))) gathered.unknown = true;
      break;
    case 'TemplateElement':
      if (uncertain.has(String((node.value as { cooked?: unknown }).cooked))) {
        gathered.unknown = true;
      }
      break;
    // Decorators get types as values, where they are not looked for.
    case 'Decorator':
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
    declared: new Set(),
    variables: new Set(),
    imports: [],
    unknown: false,
  };
  // Bounded by the size of the source, which has been parsed already.
  const open: unknown[] = [file.ast.program];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) open.push(...next);
    else if (isNode(next)) open.push(...gather(next, gathered));
  }
  const { names, declared, variables } = gathered;
  const globals = [...Object.keys(file.scope.globals), ...declared];
  const isCertain =
    globals.every((name) => certainGlobals.has(name) || !names.has(name)) &&
    [...names].every((name) => !uncertain.has(name));
  // An import of which no name stands for a value is one for types: it is taken out.
  const imports = gathered.imports
    .filter((each) => each.names.length === 0 || each.names.some((name) => names.has(name)))
    .map(({ specifier }) => specifier);
  return {
    sha256: sha256(file.code),
    variables: [...variables].sort(),
    imports: [...new Set(imports)].sort(),
    unknown: gathered.unknown || !isCertain,
  };
}

/** A statement that hands a finding to whoever runs the source. */
function reportStatement(reads: SourceReads): SyntaxNode {
  const text = (value: string): SyntaxNode => ({ type: 'StringLiteral', value });
  const object: SyntaxNode = { type: 'Identifier', name: 'globalThis' };
  const callee: SyntaxNode = {
    ...{ type: 'MemberExpression', object, property: text(reportName), computed: true },
  };
  const call = { type: 'CallExpression', callee, arguments: [text(JSON.stringify(reads))] };
  return { type: 'ExpressionStatement', expression: call };
}

/** A Babel plugin that appends to each source the report of what it reads. */
export function reportReads(): object {
  return {
    pre(file: TransformedFile): void {
      // A source with a `globalThis` of its own reports nothing, so that nothing is known of it.
      if ('globalThis' in file.scope.bindings) return;
      file.ast.program.body.push(reportStatement(readsOf(file)));
    },
  };
}
