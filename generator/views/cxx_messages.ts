/** The view of `messages.hpp`: structs with every offset proven, and enumerations. */
import type { Ir, IrElement, IrField, IrMessage, IrScalar } from '../../schemas/ir.ts';
import { fitted } from './cxx_layout.ts';
import { countOf, elementOf, type MessagePart, partSentence, usedNames } from './message_parts.ts';
import { bannerLines } from './sentences.ts';
import { commentLines, cxxString, identifier, integer, maximumColumns } from './text.ts';

/** One type: its comment, and the lines that declare it. */
export interface CxxTypeView {
  comment: string[];
  lines: string[];
}

/** The view of `cxx/messages.hpp`. */
export interface CxxMessagesView {
  banner: string[];
  namespace: string;
  includes: string[];
  /** Other emitted headers that these types need. */
  ownIncludes: string[];
  hasOwnIncludes: boolean;
  types: CxxTypeView[];
}

const cxxTypes: Record<IrScalar, string> = {
  u8: 'std::uint8_t',
  u16: 'std::uint16_t',
  u32: 'std::uint32_t',
  u64: 'std::uint64_t',
  i8: 'std::int8_t',
  i16: 'std::int16_t',
  i32: 'std::int32_t',
  i64: 'std::int64_t',
  f32: 'float',
  f64: 'double',
  bool: 'bool',
};

/** The C++ declarations of some types of a program; `isSplit` when each has a file of its own. */
export function cxxMessagesView(
  ir: Ir,
  parts: readonly MessagePart[],
  isSplit: boolean,
): CxxMessagesView {
  const types = parts.map((part) => ({
    comment: commentLines('/// ', partSentence(part)),
    lines: part.kind === 'struct' ? structLines(part.struct) : enumerationLines(part),
  }));
  const used = parts.flatMap((part) => [
    ...usedNames(part, 'struct'),
    ...usedNames(part, 'enumeration'),
  ]);
  const ownIncludes = isSplit ? [...new Set(used)].sort().map((name) => `"${name}.hpp"`) : [];
  return {
    banner: bannerLines(ir, '// '),
    namespace: identifier(ir.name),
    includes: includesFor(types.flatMap(({ lines }) => lines).join('\n')),
    ownIncludes,
    hasOwnIncludes: ownIncludes.length > 0,
    types,
  };
}

/** The headers that some declarations need. */
function includesFor(text: string): string[] {
  const needed = [
    ['std::array<', '<array>'],
    ['', '<cstddef>'],
    ['', '<cstdint>'],
    ['loom::Chars<', '<loom/chars.hpp>'],
    ['loom::Decimal<', '<loom/decimal.hpp>'],
    ['std::string_view', '<string_view>'],
  ] as const;
  return needed.filter(([word]) => text.includes(word)).map(([, header]) => header);
}

function elementType(element: IrElement): string {
  if (typeof element === 'string') return cxxTypes[element];
  switch (element.kind) {
    case 'decimal': {
      const base = element.base === 'i64' ? '' : `, ${cxxTypes[element.base]}`;
      return `loom::Decimal<${integer(element.scale)}${base}>`;
    }
    case 'chars':
      return `loom::Chars<${integer(element.length)}>`;
    default:
      return identifier(element.name);
  }
}

function declaration(field: IrField): string {
  const name = identifier(field.name);
  const element = elementOf(field.type);
  const count = countOf(field.type);
  if (count !== undefined)
    return `std::array<${elementType(element)}, ${integer(count)}> ${name}{}`;
  const initial = element === 'bool' ? ' = false' : typeof element === 'string' ? ' = 0' : '{}';
  return `${elementType(element)} ${name}${initial}`;
}

function structLines(struct: IrMessage): string[] {
  const name = identifier(struct.name);
  const lines = [`struct ${name} {`];
  const asserts: string[] = [];
  let end = 0;
  let paddings = 0;
  // Padding has members, so that no byte of shared memory is left as it happened to be.
  const pad = (until: number): void => {
    if (until === end) return;
    lines.push(`  std::array<std::byte, ${integer(until - end)}> padding_${paddings}_{};`);
    paddings += 1;
  };
  for (const field of struct.fields) {
    pad(field.offset);
    if (field.doc !== undefined) lines.push(...commentLines('  /// ', field.doc));
    lines.push(`  ${declaration(field)};`);
    const offset = `offsetof(${name}, ${identifier(field.name)}) == ${integer(field.offset)}`;
    asserts.push(...assertion(offset));
    end = field.offset + field.bytes;
  }
  pad(struct.bytes);
  const size = `sizeof(${name}) == ${integer(struct.bytes)}`;
  const alignment = `alignof(${name}) == ${integer(struct.alignment)}`;
  return [...lines, '};', ...assertion(`${size} && ${alignment}`), ...asserts];
}

/** A static_assert in as many lines as clang-format gives it. */
function assertion(condition: string): string[] {
  const whole = `static_assert(${condition});`;
  if (whole.length <= maximumColumns) return [whole];
  const both = condition.indexOf(' && ');
  const cut = both < 0 ? condition.lastIndexOf(' == ') + 3 : both + 3;
  const indent = ' '.repeat('static_assert('.length);
  return [`static_assert(${condition.slice(0, cut)}`, `${indent}${condition.slice(cut + 1)});`];
}

function enumerationLines({
  enumeration,
}: Extract<MessagePart, { kind: 'enumeration' }>): string[] {
  const name = identifier(enumeration.name);
  const values = enumeration.values.map((value) => ({
    name: identifier(value.name),
    code: integer(value.code),
  }));
  return [
    `enum class ${name} : ${cxxTypes[enumeration.base]} {`,
    ...values.map((value) => `  ${value.name} = ${value.code},`),
    '};',
    '',
    `/// The name of a ${name}; "unknown" for a code that has none.`,
    `constexpr std::string_view name_of(${name} value) noexcept {`,
    '  switch (value) {',
    ...values.flatMap((value) => {
      const label = `    case ${name}::${value.name}:`;
      const answer = `return ${cxxString(value.name)};`;
      return fitted(`${label} ${answer}`, [label, `      ${answer}`]);
    }),
    '  }',
    '  return "unknown";',
    '}',
  ];
}
