/** Diagnostics of messages: what is in their types, and the names that those need. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM121x and LOOM1306 to 1308. */
export const messageCodes = {
  LOOM1211: {
    severity: 'error',
    title: 'Structs nested too deep',
    holes: ['where', 'limit'],
    what: '{where} is nested more than {limit} structs deep.',
    why: 'What reads and writes a record has a view for each struct in it, so there is a bound.',
    fix: 'Move its fields up into the struct around it.',
    explanation: prose`
      A message may contain structs, and those others, 8 deep with the message itself. A record is a
      flat piece of memory anyway; nesting only gives its parts a name.
    `,
  },
  LOOM1212: {
    severity: 'error',
    title: 'An enumeration that is empty or says something twice',
    holes: ['where', 'reason'],
    what: '{where} {reason}.',
    why: 'Names and codes of an enumeration are translated into each other, one to one.',
    fix: 'Give it at least one value, and each value a name and a code of its own.',
    explanation: prose`
      enumeration(['bid', 'ask']) counts from 0; enumeration({ buy: 66, sell: 83 }) says each code.
      There are at most 1024 values.
    `,
  },
  LOOM1213: {
    severity: 'error',
    title: 'A code beyond its integer',
    holes: ['where', 'name', 'code', 'base', 'minimum', 'maximum'],
    what: "{where}: '{name}' has the code {code}, and {base} holds {minimum} to {maximum}.",
    why: 'The code is kept in that integer, in shared memory and on both sides.',
    fix: "Choose a wider one: enumeration({ … }, { base: 'u16' }).",
    explanation: prose`
      An enumeration is a u8 unless it says otherwise: u8, u16, u32, i8, i16 and i32 are possible.
    `,
  },
  LOOM1214: {
    severity: 'error',
    title: 'A text that is no line of a comment',
    holes: ['where', 'reason', 'limit'],
    what: '{where} {reason}.',
    why: 'It becomes a comment in C++ and in TypeScript and a line of a table.',
    fix: 'Write 1 to {limit} printable ASCII characters (and µ), without a line end.',
    explanation: prose`
      doc(u64, 'Sequence number of the exchange.') puts the text beside the field in the C++ struct,
      in the editor where TypeScript reads it, and into MESSAGES.md in the output folder.
    `,
  },
  LOOM1306: {
    severity: 'error',
    title: 'One name for two types',
    holes: ['what', 'name', 'other'],
    what: '{what} needs the type {name}, which {other} has.',
    why: 'Structs and enumerations are types beside each other, in C++ and in TypeScript.',
    fix: "Give one of them a name of its own: struct({ … }, { name: 'Level' }).",
    explanation: prose`
      What is nested has the name of its struct and its field together: the field side of Trade is a
      TradeSide. A struct that is used at two places has two types then; with { name: 'Level' } it
      is one type, as long as it is declared equally everywhere. In TypeScript a struct Top also has
      TopValue, a copy of one, and TopWriter.
    `,
  },
  LOOM1307: {
    severity: 'error',
    title: 'A message under two names',
    holes: ['key', 'name'],
    what: "messages.{key} has the name '{name}'.",
    why: 'A message is called by its key, and where it is nested by its name: one type, one name.',
    fix: "Use '{name}' as its key, or remove the name.",
    explanation: prose`
      const level = struct({ price: decimal(8) }, { name: 'Level' });
      messages: { Level: level, Book: struct({ bids: array(level, 10) }) }
    `,
  },
  LOOM1308: {
    severity: 'error',
    title: 'Two members of one name',
    holes: ['name', 'struct', 'owner', 'field'],
    what: "'{name}' in '{struct}' is also what TypeScript has for {owner} '{field}'.",
    why: 'Readers and writers have more than one member for some fields.',
    fix: 'Rename one of the two fields.',
    explanation: prose`
      A field price of 64 bits also has priceHigh and priceLow, its halves as numbers, and
      priceText(); a text symbol has symbolText(); an enumeration side has sideCode; an array sizes
      has sizesLength and setSizes().
    `,
  },
} as const satisfies Record<string, CodeEntry>;
