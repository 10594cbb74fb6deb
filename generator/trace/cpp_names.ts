/**
 * Names of C++ functions and scopes from their nodes, as a person would write them: qualified, with
 * the template arguments that stand there, without parameters. What has no name gets one that says
 * where it is: `Proxy::run::<lambda in when_all>`.
 */
import type { Node } from 'web-tree-sitter';

/** The longest name; a longer one ends with an ellipsis. */
const maximumNameCharacters = 200;

/** A text of the source on one line, spaces only where words would run together. */
export function oneLine(text: string): string {
  const spaced = text.replace(/\s+/g, ' ').trim();
  const joined = spaced.replace(/ ?(::|[<>()[\]~]) ?/g, '$1').replace(/ ?, ?/g, ', ');
  const shown = joined.replace(/^operator ?(?=[^\w\s])/, 'operator');
  return shown.length <= maximumNameCharacters
    ? shown
    : `${shown.slice(0, maximumNameCharacters - 1)}…`;
}

/** The conversion function, `operator int`, that a declarator is or qualifies; null: none. */
function conversion(declarator: Node): Node | null {
  if (declarator.type === 'operator_cast') return declarator;
  if (declarator.type !== 'qualified_identifier') return null;
  const name = declarator.childForFieldName('name');
  return name === null ? null : conversion(name);
}

/** The declarator that has the parameters, below pointers, references and parentheses. */
export function functionDeclarator(definition: Node): Node | null {
  let node = definition.childForFieldName('declarator');
  let found: Node | null = null;
  while (node !== null) {
    if (conversion(node) !== null) return node;
    if (node.type === 'function_declarator') found = node;
    const inner: Node | null =
      node.childForFieldName('declarator') ??
      node.namedChildren.find((child) => child?.type.endsWith('_declarator')) ??
      null;
    if (inner === null || !inner.type.endsWith('declarator')) break;
    node = inner;
  }
  return found;
}

/** The part of a conversion function that is its name: `operator int`. */
function conversionName(cast: Node): string {
  const parameters = cast.descendantsOfType('parameter_list')[0];
  const end =
    parameters === undefined || parameters === null ? cast.endIndex : parameters.startIndex;
  const text = cast.text.slice(0, end - cast.startIndex);
  return oneLine(text).replace(/^operator(?=\w)/, 'operator ');
}

/** The node of the name that a function declarator declares, without attributes. */
export function declaredName(declarator: Node): Node | null {
  let node = declarator.childForFieldName('declarator');
  while (node !== null && /^(?:attributed|parenthesized)_declarator$/.test(node.type)) {
    node = node.namedChild(0);
  }
  return node;
}

/** The name of a function definition as it is declared; null when there is none to be seen. */
export function functionName(definition: Node): string | null {
  const declarator = functionDeclarator(definition);
  if (declarator === null) return null;
  const cast = conversion(declarator);
  if (cast !== null) {
    const scope = declarator.text.slice(0, cast.startIndex - declarator.startIndex);
    return oneLine(scope) + conversionName(cast);
  }
  const name = declaredName(declarator);
  if (name === null) return null;
  return oneLine(name.text);
}

/** Which calls only hand a lambda on. */
function calledName(call: Node): string | null {
  const called = call.childForFieldName('function');
  if (called === null) return null;
  const field = called.childForFieldName('field') ?? called;
  const text = oneLine(field.text);
  return /^[\w:]+$/.test(text) ? text.replace(/^.*::/, '') : null;
}

/** What a lambda is called: by its variable, what it is assigned to or the call that takes it. */
export function lambdaName(lambda: Node): string {
  let child = lambda;
  for (let node = lambda.parent; node !== null; child = node, node = node.parent) {
    const named = bindingName(node, child);
    if (named !== null) return named;
    if (node.type === 'call_expression') {
      const called = calledName(node);
      const isArgument = node.childForFieldName('arguments')?.id === child.id;
      return called === null || !isArgument ? '<lambda>' : `<lambda in ${called}>`;
    }
    if (/statement$|_list$|declaration$|_definition$/.test(node.type)) {
      if (node.type !== 'argument_list' && node.type !== 'initializer_list') break;
    }
  }
  return '<lambda>';
}

/** The name that a declaration, a member or an assignment gives to the value `child`. */
function bindingName(node: Node, child: Node): string | null {
  const isValue = (field: string): boolean => node.childForFieldName(field)?.id === child.id;
  if (node.type === 'init_declarator' && isValue('value')) {
    return oneLine(node.childForFieldName('declarator')?.text ?? '').replace(/^[&* ]+/, '');
  }
  if (node.type === 'field_declaration' && isValue('default_value')) {
    return oneLine(node.childForFieldName('declarator')?.text ?? '');
  }
  if (node.type === 'assignment_expression' && isValue('right')) {
    return oneLine(node.childForFieldName('left')?.text ?? '');
  }
  return null;
}

/** The name of a namespace or class; empty for one that has none. */
export function scopeName(scope: Node): string {
  const name = scope.childForFieldName('name');
  return name === null ? '' : oneLine(name.text);
}
