/** What some nodes of the grammar stand for in C++, where that takes more than their type. */
import type { Node } from 'web-tree-sitter';

/** The braces of a body, for a function, a lambda and a function-try-block. */
export function compoundOf(node: Node): Node | null {
  const body =
    node.childForFieldName('body') ??
    node.namedChildren.find((child) => child?.type === 'try_statement') ??
    null;
  const compound = body?.type === 'try_statement' ? body.childForFieldName('body') : body;
  if (compound?.type !== 'compound_statement') return null;
  const close = compound.lastChild;
  const isWhole = close !== null && close.type === '}' && !close.isMissing;
  return isWhole && compound.firstChild?.type === '{' ? compound : null;
}

/** `class API Foo { … }`, which the grammar takes for a function: the class's name. */
export function maskedClassName(definition: Node): string | null {
  const type = definition.childForFieldName('type')?.type;
  const declarator = definition.childForFieldName('declarator');
  const isClass = /^(?:class|struct|union)_specifier$/.test(type ?? '');
  return isClass && declarator?.type === 'identifier' ? declarator.text : null;
}

/** Whether a function is defined where a class only befriends it. */
export function isFriend({ parent }: Node): boolean {
  const declaration = parent?.type === 'template_declaration' ? parent.parent : parent;
  return declaration?.type === 'friend_declaration';
}
