/**
 * Changes single values in the text of a config: a literal takes the place of a literal, or a key
 * is added to an object literal. Every other character stays. What is no literal of this file - a
 * variable's value, an import, a call's result - is not touched; the reason is given instead.
 */
import { Node, type ObjectLiteralExpression, type SourceFile } from 'ts-morph';
import { Locator } from '../locate.ts';
import type { Value } from './axes.ts';
import { propertyText, type Style, valueText } from './source_text.ts';
import type { Choice } from './variant.ts';

/** A text that takes the place of another. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Why there is no edit. */
interface Refusal {
  reason: string;
}

/** What makes JSON a module, so that it is read like one. */
const jsonPrefix = 'export default ';
const byteOrderMark = '\ufeff';

/** The mark that most strings of a text have. */
function styleOf(text: string, isJson: boolean): Style {
  if (isJson) return 'json';
  const count = (mark: string): number => text.split(mark).length;
  return count('"') > count("'") ? 'double' : 'single';
}

/** Whether a node is data written out, without a comment that would be lost with it. */
function isLiteral(node: Node): boolean {
  if (Node.isStringLiteral(node) || Node.isNumericLiteral(node)) return true;
  if (Node.isNoSubstitutionTemplateLiteral(node)) return true;
  if (/\/[/*]/.test(node.getText())) return false;
  if (Node.isArrayLiteralExpression(node)) return node.getElements().every(isLiteral);
  if (!Node.isObjectLiteralExpression(node)) return false;
  return node.getProperties().every((property) => {
    const value = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
    return value !== undefined && isLiteral(value);
  });
}

/** What a property says, without `as const` and the like. */
function writtenValue(key: Node): Node | undefined {
  const property = key.getParent();
  let value = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
  while (
    Node.isAsExpression(value) ||
    Node.isSatisfiesExpression(value) ||
    Node.isParenthesizedExpression(value)
  ) {
    value = value.getExpression();
  }
  return value;
}

/** The comma behind a property, with the comments that are before it. */
const commaBehind = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/.*\n)*,/;

/** A property behind the last one of an object literal, laid out like it. */
function addition(literal: ObjectLiteralExpression, property: string): Edit | Refusal {
  const text = literal.getSourceFile().getFullText();
  const close = literal.getEnd() - 1;
  const last = literal.getProperties().at(-1);
  if (last === undefined) {
    const start = literal.getStart() + 1;
    const isEmpty = text.slice(start, close).trim() === '';
    const added = isEmpty ? ` ${property} ` : ` ${property},`;
    return { start, end: isEmpty ? close : start, text: added };
  }
  const from = last.getEnd();
  const comma = commaBehind.exec(text.slice(from, close))?.[0] ?? '';
  const lineEnd = text.slice(from + comma.length, close).search(/\r?\n/);
  if (lineEnd < 0) {
    const start = from + comma.length;
    return { start, end: start, text: comma === '' ? `, ${property}` : ` ${property},` };
  }
  const end = from + comma.length + lineEnd;
  const rest = text.slice(from, end);
  if (/\/\*(?!.*\*\/)/s.test(rest)) return { reason: 'a comment over several lines ends it' };
  const newline = text[end] === '\r' ? '\r\n' : '\n';
  const lineStart = text.lastIndexOf('\n', last.getStart()) + 1;
  const indentation = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const before = comma === '' ? `,${rest}` : rest;
  const added = `${newline}${indentation}${property}${comma === '' ? '' : ','}`;
  return { start: from, end, text: `${before}${added}` };
}

/** The edit that makes one choice. */
function editOf(source: SourceFile, { path, value }: Choice, style: Style): Edit | Refusal {
  const locator = new Locator(source.getProject());
  const root = locator.exported(source, 'default');
  if (root === undefined) return { reason: 'what it exports is not written there' };
  let known = path.length;
  while (known > 0 && !locator.find(root, path.slice(0, known)).complete) known -= 1;
  const { found } = locator.find(root, path.slice(0, known));
  if (found.node.getSourceFile() !== source) {
    return { reason: `it is imported from ${found.node.getSourceFile().getBaseName()}` };
  }
  if (known === path.length) {
    const written = found.key && writtenValue(found.key);
    if (written !== found.node || !isLiteral(written)) return { reason: 'it is no literal there' };
    const [start, end] = [written.getStart(), written.getEnd()];
    return { start, end, text: valueText(value, style) };
  }
  const literal = locator.literal(found);
  if (!Node.isObjectLiteralExpression(literal)) return { reason: 'what it belongs to is computed' };
  return addition(literal, nested(path.slice(known), value, style));
}

/** A value below keys that do not exist yet. */
function nested(keys: Choice['path'], value: Value, style: Style): string {
  const [key = '', ...rest] = keys;
  const inside = rest.length === 0 ? valueText(value, style) : `{ ${nested(rest, value, style)} }`;
  return propertyText(String(key), inside, style);
}

/**
 * Makes choices in the text of a config.
 *
 * @param file the config's path, from which its imports are found.
 * @returns the new text, and why some choices could not be made.
 */
export function editConfig(
  file: string,
  text: string,
  choices: readonly Choice[],
): { text: string; refused: { choice: Choice; reason: string }[] } {
  const isJson = file.endsWith('.json');
  const prefix = isJson ? jsonPrefix : '';
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : '';
  const style = styleOf(text, isJson);
  const { project } = new Locator();
  const refused: { choice: Choice; reason: string }[] = [];
  let current = prefix + text.slice(mark.length);
  for (const choice of choices) {
    // A file of JSON is read as the module that the prefix makes of it.
    const path = isJson ? `${file}.ts` : file;
    const source = project.createSourceFile(path, current, { overwrite: true });
    const edit = editOf(source, choice, style);
    if ('reason' in edit) refused.push({ choice, reason: edit.reason });
    else current = current.slice(0, edit.start) + edit.text + current.slice(edit.end);
  }
  return { text: mark + current.slice(prefix.length), refused };
}
