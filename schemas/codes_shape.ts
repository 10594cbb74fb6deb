/** Diagnostics of the shape of a config: keys, types, ranges. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM12xx. */
export const shapeCodes = {
  LOOM1201: {
    severity: 'error',
    title: 'Unknown key',
    holes: ['key', 'where', 'hint'],
    what: '{where} has no field "{key}".',
    why: 'An unknown key is an error: skipped, it would look as if it worked.',
    fix: '{hint}',
    explanation: prose`
      Every object of the config has a closed list of fields, shown by your editor. Options that
      exist for another kind of fd are unknown too: a unix socket has no noDelay.
    `,
  },
  LOOM1202: {
    severity: 'error',
    title: 'A required key is missing',
    holes: ['key', 'where', 'expected'],
    what: '{where} lacks "{key}".',
    why: 'It has no default: {expected}.',
    fix: 'Add "{key}".',
    explanation: prose`
      Only fields that nobody but you can know are required: the name of the program, its reactors
      and fds, the reactor of each fd, the address of each socket.
    `,
  },
  LOOM1203: {
    severity: 'error',
    title: 'Wrong type',
    holes: ['where', 'found', 'expected'],
    what: '{where} is {found}, expected {expected}.',
    why: 'Values are never converted: "4" is not 4 and null is not "absent".',
    fix: 'Write {expected}.',
    explanation: prose`
      The types of all fields are shown by your editor when the config is written as
      export default defineLoom({ ... }).
    `,
  },
  LOOM1204: {
    severity: 'error',
    title: 'Out of range',
    holes: ['where', 'found', 'expected'],
    what: '{where} is {found}, expected {expected}.',
    why: 'Every table and timer has a bound; beyond it the program could not keep its promises.',
    fix: 'Choose {expected}.',
    explanation: prose`
      Ranges are inclusive. Where a limit stands in your way, split the work over more reactors.
    `,
  },
  LOOM1205: {
    severity: 'error',
    title: 'Not a duration',
    holes: ['where', 'found', 'example'],
    what: '{where} is {found}, which is not a duration.',
    why: 'A time carries its unit: ns, us, ms, s, m or h, without a space.',
    fix: "Write it as '{example}'.",
    explanation: prose`
      Examples: '20us', '1.5ms', '5s', '10m'. A number without a unit is an error, because half of
      its readers would take it for another unit. Fractions must come to whole nanoseconds.
    `,
  },
  LOOM1206: {
    severity: 'error',
    title: 'Not a size',
    holes: ['where', 'found', 'example'],
    what: '{where} is {found}, which is not a size.',
    why: 'A size is whole bytes, or a number followed by K, M or G (K is 1024).',
    fix: "Write it as '{example}'.",
    explanation: prose`
      Examples: 65536, '64K', '1M', '1.5M'. 'KB', 'KiB' and spaces are not accepted: one spelling.
    `,
  },
  LOOM1207: {
    severity: 'error',
    title: 'Not one of the choices',
    holes: ['where', 'found', 'expected', 'hint'],
    what: '{where} is {found}, expected {expected}.',
    why: 'The list of choices is closed.',
    fix: '{hint}',
    explanation: prose`
      Your editor offers the choices inside the quotes.
    `,
  },
  LOOM1208: {
    severity: 'error',
    title: 'Not a power of two',
    holes: ['where', 'found', 'below', 'above'],
    what: '{where} is {found}, which is not a power of two.',
    why: 'Rings and queues find a position by a mask instead of a division.',
    fix: 'Choose {below} or {above}.',
    explanation: prose`
      Sizes that need it: writeQueue, inbox, delivery, capacity, receive.count. Nothing is rounded
      in silence: memory is what you wrote.
    `,
  },
  LOOM1209: {
    severity: 'error',
    title: 'Not whole units',
    holes: ['where', 'found', 'unit'],
    what: '{where} is {found}, which is not a whole number of {unit}.',
    why: 'The kernel takes this time in {unit}.',
    fix: 'Round it to whole {unit}.',
    explanation: prose`
      keepAlive.idle and keepAlive.interval are whole seconds (tcp(7)), userTimeout whole
      milliseconds, busyPoll whole microseconds (socket(7)).
    `,
  },
  LOOM1210: {
    severity: 'error',
    title: 'A character that this text may not have',
    holes: ['where', 'character', 'allowed'],
    what: '{where} contains {character}.',
    why: 'This text is written into C++, CMake and TypeScript, where it could be read as code.',
    fix: 'Use only {allowed}.',
    explanation: prose`
      Quotes, backslashes, dollar signs, semicolons, line ends and other control characters never
      reach generated files. There is no way to escape them.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
