/** Diagnostics of the stage `load`: a config that cannot be read or run, an IR that is not one. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM10xx and LOOM11xx. */
export const loadCodes = {
  LOOM1001: {
    severity: 'error',
    title: 'The config does not exist',
    holes: ['file', 'hint'],
    what: 'There is no file {file}.',
    why: 'loomgen reads one config, by default loom.config.ts in the working directory.',
    fix: '{hint}',
    explanation: prose`
      loomgen build [config] takes the path of a config or of a loom.ir.json. Without one it looks
      for loom.config.ts in the working directory and nowhere else, so that the same command means
      the same thing in every folder.
    `,
  },
  LOOM1002: {
    severity: 'error',
    title: 'The config cannot be read',
    holes: ['file', 'reason'],
    what: '{file} cannot be read: {reason}.',
    why: 'The operating system refused to open it as a file.',
    fix: 'Check the path and the permissions: ls -l {file}',
    explanation: prose`
      The path exists, but it is a folder, or its permissions keep this user from reading it.
    `,
  },
  LOOM1003: {
    severity: 'error',
    title: 'Not a kind of config that loomgen reads',
    holes: ['file', 'extension'],
    what: '{file} ends with "{extension}", which is not a kind of config.',
    why: 'A config is TypeScript, JavaScript or JSON; an IR is JSON.',
    fix: 'Rename it to end with .ts, .mts, .js, .mjs or .json.',
    explanation: prose`
      TypeScript and JavaScript configs are run and their default export is the config. A JSON file
      with a key "abi" is an intermediate representation (loom.ir.json); any other JSON file is a
      config without helpers, as loom.schema.json describes it.
    `,
  },
  LOOM1004: {
    severity: 'error',
    title: 'The config is not valid TypeScript or JSON',
    holes: ['reason'],
    what: 'The config cannot be parsed: {reason}.',
    why: 'It is not valid at this place, so none of it was run.',
    fix: 'Correct the syntax at the place shown.',
    explanation: prose`
      The parser stopped at this place; the mistake is there or shortly before it. loomgen does not
      check types: your editor or tsc does.
    `,
  },
  LOOM1005: {
    severity: 'error',
    title: 'The config throws',
    holes: ['error'],
    what: 'The config throws: {error}',
    why: 'A config is a program that ends with a default export; this one stopped before.',
    fix: 'Correct the code at the place shown, or catch what it throws.',
    explanation: prose`
      A TypeScript config is run in a thread of its own. What it throws, at top level or in a
      rejected promise that nobody handles, is reported with the innermost place in your files.
    `,
  },
  LOOM1006: {
    severity: 'error',
    title: 'An import of the config does not exist',
    holes: ['module'],
    what: "The config imports '{module}', which cannot be found.",
    why: 'Relative imports are files beside the config; others are looked for in node_modules.',
    fix: "Check the path of '{module}', or install the package.",
    explanation: prose`
      The import itself or one in an imported file could not be resolved. 'loomgen' always resolves,
      installed or not: import { defineLoom, tcp } from 'loomgen'.
    `,
  },
  LOOM1007: {
    severity: 'error',
    title: 'The config does not end',
    holes: ['seconds'],
    what: 'The config was still running after {seconds} seconds.',
    why: 'It is stopped then, so that a loop without an end cannot hang a build.',
    fix: 'Look for a loop that never ends or for something awaited that never comes.',
    explanation: prose`
      A config describes a program; it should not wait for the network or compute for long. The
      deadline covers the config and all that it imports.
    `,
  },
  LOOM1008: {
    severity: 'error',
    title: 'The config awaits something that can never come',
    holes: [],
    what: 'The config awaits a promise that nothing can settle any more.',
    why: 'Its event loop is empty, so no callback is left that could continue it.',
    fix: 'Find the await at top level whose promise is never resolved.',
    explanation: prose`
      For example: await new Promise(() => {}). Node ends such a program with exit code 13.
    `,
  },
  LOOM1009: {
    severity: 'error',
    title: 'The config ends the process',
    holes: ['code'],
    what: 'The config calls process.exit({code}).',
    why: 'A config that ends the process cannot export anything.',
    fix: 'Remove the call, or throw an Error that says what is wrong.',
    explanation: prose`
      The call ends only the thread that runs the config. An imported module may contain it.
    `,
  },
  LOOM1010: {
    severity: 'error',
    title: 'The config takes too much memory',
    holes: ['megabytes'],
    what: 'The config needs more than {megabytes} MB.',
    why: 'It runs with a limit, so that one that allocates for ever cannot take the machine.',
    fix: 'Look for a collection that grows without an end.',
    explanation: prose`
      The limit holds for the JavaScript heap and for buffers outside of it. A config describes a
      program in a few kilobytes.
    `,
  },
  LOOM1011: {
    severity: 'error',
    title: 'The config exports nothing',
    holes: [],
    what: 'The config has no default export.',
    why: 'The default export is the description of the program.',
    fix: 'Write: export default defineLoom({ ... });',
    explanation: prose`
      import { defineLoom, tcpServer } from 'loomgen';
      export default defineLoom({
        name: 'echo',
        reactors: { main: {} },
        fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
      });
    `,
  },
  LOOM1012: {
    severity: 'error',
    title: 'The config is not plain data',
    holes: ['where', 'kind'],
    what: '{where} is {kind}, not plain data.',
    why: 'A config is strings, numbers, booleans, lists and objects; the IR has nothing else.',
    fix: 'Write the value itself; call the function, await the promise or convert the object.',
    explanation: prose`
      Functions, symbols, bigints, promises, class instances, Maps, Sets, Dates and cycles have no
      place in a description that is written to a file. Getters are read once.
    `,
  },
  LOOM1013: {
    severity: 'error',
    title: 'The config is too large',
    holes: ['where', 'limit'],
    what: '{where} goes beyond {limit}.',
    why: 'Every table has a bound, also the config itself.',
    fix: 'Look for an object that contains itself many times, or split the program.',
    explanation: prose`
      The limits are 64 levels, 200,000 values and 1,048,576 characters in a string. The largest
      program that the other limits allow needs far less.
    `,
  },
  LOOM1014: {
    severity: 'error',
    title: 'A key is written twice in one object',
    holes: ['key'],
    what: '"{key}" is written twice in the same object.',
    why: 'JavaScript keeps the second and forgets the first without a word.',
    fix: 'Rename or remove one of them.',
    explanation: prose`
      Two fds of one name, for example: the first would silently not exist. TypeScript reports the
      same as TS1117.
    `,
  },
  LOOM1101: {
    severity: 'error',
    title: 'The file is not an intermediate representation',
    holes: ['reason'],
    what: 'This is not an intermediate representation of loomgen: {reason}.',
    why: 'An IR is a JSON object with a whole number "abi" at its top.',
    fix: 'Give the config instead, or write the IR again with loomgen build.',
    explanation: prose`
      loomgen build writes loom.ir.json into its output folder and accepts it as input. A file is
      taken for an IR when its name ends with .ir.json or when it has a key "abi".
    `,
  },
  LOOM1102: {
    severity: 'error',
    title: 'The IR is of another version',
    holes: ['abi', 'expected'],
    what: 'The IR has ABI {abi}; this loomgen reads ABI {expected}.',
    why: 'The number changes when an older file would be misunderstood.',
    fix: 'Build the IR again from its config with this version of loomgen.',
    explanation: prose`
      The ABI counts changes of the representation, not releases: many releases can share one.
    `,
  },
  LOOM1103: {
    severity: 'error',
    title: 'A value in the IR is not allowed',
    holes: ['where', 'found', 'expected'],
    what: '{where} is {found}, expected {expected}.',
    why: 'Names and paths of the IR are written into C++, CMake and TypeScript.',
    fix: 'Build the IR again from its config, or correct the value.',
    explanation: prose`
      An IR is checked as strictly as a config: identifiers, paths, ranges, no unknown keys. A
      loom.ir.json from anywhere can be built without running or injecting any of its text.
    `,
  },
  LOOM1104: {
    severity: 'error',
    title: 'A number in the IR does not follow from the rest',
    holes: ['where', 'found', 'expected'],
    what: '{where} is {found}, but the rest of the IR gives {expected}.',
    why: 'Offsets, slots and tables must agree, or the program would write outside of them.',
    fix: 'Change the field that it follows from, or build the IR again from its config.',
    explanation: prose`
      loomgen raises the IR to the config it describes and lowers that again; both must be equal.
      Change what a config could say (connections, writeQueueBytes, capacity, addresses); numbers
      that follow from it (offsets, firstSlot, handles, operations) cannot be chosen.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
