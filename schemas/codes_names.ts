/** Diagnostics of names: their form, reserved ones, collisions. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM13xx. */
export const nameCodes = {
  LOOM1301: {
    severity: 'error',
    title: 'A name of the wrong form',
    holes: ['what', 'name', 'rule'],
    what: "'{name}' cannot be the name of {what}.",
    why: 'Names become C++ and TypeScript identifiers as they are; none is changed in silence.',
    fix: 'Use {rule}.',
    explanation: prose`
      Program: ^[a-z][a-z0-9_]{0,31}$ · reactors, fds, channels, stacks and fields: a lower-case
      letter, then letters, digits or single underscores, at most 32 characters, not ending with an
      underscore · messages and handlers: an upper-case letter first.
    `,
  },
  LOOM1302: {
    severity: 'error',
    title: 'A reserved name',
    holes: ['what', 'name', 'owner'],
    what: "'{name}' cannot be the name of {what}: {owner}.",
    why: 'The generated code could not use both.',
    fix: "Choose another name, such as '{name}1' or a word that says more.",
    explanation: prose`
      Keywords of C++ and TypeScript are reserved, names of the C library for the program's
      namespace, and names that the generated code uses itself. Names are never mangled: what you
      write is what you find in the generated files.
    `,
  },
  LOOM1303: {
    severity: 'error',
    title: 'Two names become one',
    holes: ['what', 'name', 'other', 'form'],
    what: "{what} '{name}' and '{other}' both become {form}.",
    why: 'Their C++ type or file would be declared twice.',
    fix: 'Rename one of them so that they differ in more than case and underscores.',
    explanation: prose`
      An fd 'order_feed' is the struct OrderFeed, and so is 'orderFeed'. A reactor 'md' is the class
      Md in src/md.hpp; on file systems that ignore case, 'MD' would be the same file.
    `,
  },
  LOOM1304: {
    severity: 'error',
    title: 'One C++ name for two things',
    holes: ['what', 'name', 'other'],
    what: '{what} needs the C++ name {name}, which {other} has.',
    why: 'Both are declared in the same namespace.',
    fix: 'Rename one of them.',
    explanation: prose`
      In the namespace of the program lie the messages, the class of each reactor (its name in
      PascalCase) and the base of each handler (its name followed by Base).
    `,
  },
  LOOM1305: {
    severity: 'error',
    title: 'One TypeScript property for two things',
    holes: ['name', 'what', 'other'],
    what: "'{name}' is the name of {what} and of {other}.",
    why: 'Both are properties of the object that open() gives.',
    fix: 'Rename one of them.',
    explanation: prose`
      fds and channels share the object that open() gives: program.top is one of them only. They
      also share the members of a handler's base class in C++.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
