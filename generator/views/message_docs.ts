/** The view of `MESSAGES.md`: what a program's messages are, for people. */
import type { Ir, IrField } from '../../schemas/ir.ts';
import { describeType, type MessagePart, messageParts } from './message_parts.ts';
import { bannerLines } from './sentences.ts';
import { comment, identifier, integer } from './text.ts';

/** One table: a struct's fields or an enumeration's values. */
interface TableView {
  name: string;
  sentence: string;
  isStruct: boolean;
  rows: string[];
}

/** The view of `text/messages.md`. */
export interface MessageDocsView {
  banner: string[];
  name: string;
  tables: TableView[];
}

/** A text inside a cell of a table; nothing of it is markup. */
function cell(text: string): string {
  return comment(text).replace(/[\\|<>`*_[\]]/g, (character) => `\\${character}`);
}

/** The lines of a banner inside one comment of HTML. */
function asComment(line: string, index: number): string {
  return index === 0 ? `<!-- ${line.trimStart()}` : line;
}

function fieldRow(field: IrField): string {
  const { name, type, offset, bytes, doc = '' } = field;
  const place = `${integer(offset)} | ${integer(bytes)}`;
  return `| ${cell(identifier(name))} | ${cell(describeType(type))} | ${place} | ${cell(doc)} |`;
}

function table(part: MessagePart): TableView {
  const name = identifier(part.name);
  if (part.kind === 'enumeration') {
    const { base, values, doc = '' } = part.enumeration;
    return {
      name,
      sentence: `${cell(doc)} Names for a ${base}; other codes are read as 'unknown'.`.trimStart(),
      isStruct: false,
      rows: values.map((value) => `| ${cell(identifier(value.name))} | ${integer(value.code)} |`),
    };
  }
  const { bytes, alignment, fields, doc = '' } = part.struct;
  const layout = `${integer(bytes)} bytes, aligned to ${integer(alignment)}.`;
  const what = part.isMessage ? 'A message' : 'A nested struct';
  return {
    name,
    sentence: `${cell(doc)} ${what} of ${layout}`.trimStart(),
    isStruct: true,
    rows: fields.map(fieldRow),
  };
}

/** Describes every type: messages first, then what is in them. */
export function messageDocsView(ir: Ir): MessageDocsView {
  const parts = messageParts(ir);
  const rank = (part: MessagePart): number =>
    part.kind === 'enumeration' ? 2 : part.isMessage ? 0 : 1;
  const sorted = [...parts].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  return {
    banner: [...bannerLines(ir, '     ').map(asComment), '-->'],
    name: identifier(ir.name),
    tables: sorted.map(table),
  };
}
